// 服务: the purse, the bill, and Pay Score's own pages, where a user closes a service or cancels a plan.

import { h } from '../shared/dom.js'
import { fullMoment, money, moment, say } from '../shared/words.js'
import { modal, toast } from './dialogs.js'
import { button, cell, emblem, group, terms } from './parts.js'
import { kindOf } from './pay_chat.js'
import { phone } from './phone.js'
import { pop, push } from './stage.js'

/** Return the screen of the wallet. */
export const walletScreen = () => ({
  name: 'wallet',
  title: say('服务', 'Services'),
  draw: () => {
    const { wallet } = phone
    return [
      h('div', { class: 'purse' }, h('span', {}, say('零钱', 'Balance')), h('strong', {}, money(wallet.balance_fen)), h('button', { class: 'chip', onclick: topUp }, say('充值 ¥1000', 'Top up ¥1000'))),
      group(
        '',
        cell({ face: emblem('star', '#07c160'), label: say('支付分', 'Pay Score'), value: String(wallet.score), onclick: () => push(scoreScreen()) }),
        cell({ face: emblem('pay', '#10aeff'), label: say('账单', 'Bill'), value: wallet.bill.length ? say(`${wallet.bill.length} 笔`, `${wallet.bill.length}`) : '', onclick: () => push(billScreen()) }),
      ),
    ]
  },
})

async function topUp() {
  await phone.act('top-up', { amount_fen: 100000 })
  toast({ title: say('已充值', 'Topped up') })
}

const billScreen = () => ({
  name: 'bill',
  title: say('账单', 'Bill'),
  draw: () => {
    const rows = phone.wallet.bill
    if (!rows.length) return [h('p', { class: 'empty' }, say('还没有账单', 'Nothing yet'))]
    return [group('', ...rows.map((row) => cell({
      label: row.title || row.merchant,
      hint: `${kindOf(row)} · ${moment(row.at)}`,
      value: `${row.kind === 'refund' ? '+' : '-'}${money(row.amount_fen).slice(1)}`,
      strong: true,
      onclick: () => push(billEntry(row)),
    })))]
  },
})

const billEntry = (row) => ({
  name: 'bill-entry',
  title: say('账单详情', 'Details'),
  draw: () => [
    h('div', { class: 'sum-head' }, h('span', {}, row.merchant), h('strong', {}, `${row.kind === 'refund' ? '+' : '-'}${money(row.amount_fen).slice(1)}`)),
    terms([
      [say('当前状态', 'State'), kindOf(row)],
      [say('商品', 'For'), row.title],
      [say('支付时间', 'At'), fullMoment(row.at)],
      [say('交易单号', 'Number'), row.transaction_id],
      [say('商户单号', "Merchant's number"), row.out_order_no],
    ]),
  ],
})

const isOpen = (order) => order.state === 'DOING'

/** Return Pay Score's page: what runs, what may charge me, and how to stop it. */
export const scoreScreen = () => ({
  name: 'score',
  title: say('微信支付分', 'Pay Score'),
  draw: () => {
    const { orders, services, plans, score } = phone.wallet
    const signed = plans.filter((plan) => plan.sign_state === 'SIGNED')
    const open = orders.filter(isOpen)
    return [
      h('div', { class: 'score' }, h('strong', {}, score), h('span', {}, say('我的支付分', 'My score'))),
      group(say('进行中的服务', 'Running orders'), ...orNone(open.map((order) => cell({
        label: order.service_introduction,
        hint: `${order.merchant} · ${stateOf(order)}`,
        value: order.collection ? money(order.collection.paying_amount) : '',
        onclick: () => push(orderScreen(order.out_order_no)),
      })))),
      group(say('签约计划', 'Signed plans'), ...orNone(signed.map((plan) => cell({
        label: plan.plan_name,
        hint: `${plan.merchant} · ${say(`第 ${plan.going_detail_no}/${plan.deduction_quantity} 期`, `${plan.going_detail_no} of ${plan.deduction_quantity}`)}`,
        onclick: () => push(planScreen(plan.sign_plan_id)),
      })))),
      group(say('已授权的服务', 'Services that may charge me'), ...orNone(services.map((service) => cell({
        label: service.merchant,
        hint: say('先享后付 · 免确认订单', 'pay later, no confirmation'),
        onclick: () => push(serviceScreen(service)),
      })))),
      group(say('历史订单', 'Past orders'), ...orNone(orders.filter((order) => !isOpen(order)).map((order) => cell({
        label: order.service_introduction,
        hint: `${order.merchant} · ${stateOf(order)}`,
        onclick: () => push(orderScreen(order.out_order_no)),
      })))),
    ]
  },
})

const orNone = (cells) => (cells.length ? cells : [h('p', { class: 'none' }, say('没有', 'None'))])

/** Return what an order's state is called on WeChat's pages. */
export function stateOf(order) {
  if (order.overdue) return say('待支付', 'Payment due')
  if (order.collection?.state === 'USER_PAYING') return say('扣费中', 'Being deducted')
  return {
    CREATED: say('待确认', 'To be confirmed'),
    DOING: say('服务中', 'In service'),
    DONE: say('已完成', 'Done'),
    REVOKED: say('已取消', 'Cancelled'),
    EXPIRED: say('已失效', 'Expired'),
  }[order.state]
}

/** Return the page of one service order; the newest state is read each time it is drawn. */
export const orderScreen = (number) => ({
  name: 'order',
  title: say('订单详情', 'Order'),
  draw: () => {
    const order = phone.wallet.orders.find((each) => each.out_order_no === number)
    return order ? orderPage(order) : [h('p', { class: 'empty' }, say('没有这个订单', 'No such order'))]
  },
})

function orderPage(order) {
  const due = order.collection?.state === 'USER_PAYING' ? order.collection.paying_amount : 0
  const paid = order.collection?.paid_amount ?? 0
  return [
    h('div', { class: 'sum-head' }, h('span', {}, order.merchant), h('strong', {}, order.service_introduction), h('em', {}, stateOf(order))),
    terms([
      [say('待支付', 'Due'), due ? money(due) : ''],
      [say('已支付', 'Paid'), paid ? money(paid) : ''],
      ...(order.post_payments ?? []).map((each) => [each.name, each.amount === undefined ? each.description : money(each.amount)]),
      [say('下单时间', 'Placed'), fullMoment(order.created_at)],
      [say('服务订单号', 'Number'), order.order_id],
    ]),
    order.overdue ? h('div', { class: 'actions' }, button(say(`支付 ${money(due)}`, `Pay ${money(due)}`), () => payDue(order))) : '',
  ]
}

async function payDue(order) {
  try {
    await phone.act('pay', { out_order_no: order.out_order_no, mchid: order.mchid })
    toast({ title: say('支付成功', 'Paid') })
  } catch (error) {
    const short = error.message.includes('balance')
    toast({ title: short ? say('零钱不足，请先充值', 'Balance too low') : error.message, icon: 'none' })
  }
}

const serviceScreen = (service) => ({
  name: 'service',
  title: service.merchant,
  draw: () => [
    h('div', { class: 'sum-head' }, h('strong', {}, service.merchant), h('span', {}, say('已授权先享后付，扣费时无需确认', 'May charge without asking each time'))),
    terms([[say('授权时间', 'Since'), service.since && fullMoment(service.since)], [say('服务编号', 'Service id'), service.service_id]]),
    h('p', { class: 'note' }, say('关闭后不能再用它下单；进行中的订单仍会按约定扣费。', 'After closing, no new orders; running ones are still charged as agreed.')),
    h('div', { class: 'actions' }, button(say('关闭服务', 'Close this service'), () => closeService(service), 'warn')),
  ],
})

async function closeService(service) {
  const answer = await modal({ title: say('关闭服务', 'Close this service'), content: say(`关闭后，${service.merchant} 不能再从你的账户扣新订单的费用。`, `${service.merchant} can place no new charges.`), confirmText: say('关闭', 'Close') })
  if (!answer.confirm) return
  await phone.act('close-service', { service_id: service.service_id })
  toast({ title: say('已关闭', 'Closed') })
  pop()
}

const planScreen = (id) => ({
  name: 'plan',
  title: say('签约计划', 'Signed plan'),
  draw: () => {
    const plan = phone.wallet.plans.find((each) => each.sign_plan_id === id)
    return [
      h('div', { class: 'sum-head' }, h('span', {}, plan.merchant), h('strong', {}, plan.plan_name), h('em', {}, plan.sign_state === 'SIGNED' ? say('已签约', 'Signed') : say('已结束', 'Ended'))),
      terms(plan.signed_detail_list.map((detail) => [detail.plan_detail_name, `${money(detail.actual_price)} ${detailState(detail)}`])),
      plan.sign_state === 'SIGNED' ? h('div', { class: 'actions' }, button(say('取消签约', 'Cancel the plan'), () => cancelPlan(plan), 'warn')) : '',
    ]
  },
})

const detailState = (detail) =>
  ({ NOT_USED: '', USING: say('进行中', 'running'), USED: say('已扣费', 'charged'), SIGN_PLAN_DETAIL_CANCEL: say('已取消', 'cancelled') })[detail.plan_detail_state]

async function cancelPlan(plan) {
  const answer = await modal({ title: say('取消签约', 'Cancel the plan'), content: say('取消后，之后的各期不再扣费。', 'No later period will be charged.'), confirmText: say('取消签约', 'Cancel it'), cancelText: say('再想想', 'Keep it') })
  if (!answer.confirm) return
  await phone.act('cancel-sign-plan', { sign_plan_id: plan.sign_plan_id })
  toast({ title: say('已取消签约', 'Cancelled') })
}
