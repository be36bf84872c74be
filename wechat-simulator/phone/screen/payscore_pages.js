// Pay Score's own pages, as wx.openBusinessView opens them: authorise, confirm, sign a plan, look at an order.

import { h, icon } from '../shared/dom.js'
import { post } from '../shared/sim.js'
import { fullMoment, money, say } from '../shared/words.js'
import { page, toast } from './dialogs.js'
import { button, terms } from './parts.js'
import { phone } from './phone.js'
import { stateOf } from './wallet.js'

/** Show the page; resolves with {extraData} or {error, errCode}, as the Mini Program is told. */
export async function openBusinessView({ businessType, extraData }) {
  const view = (decision) => post(`/users/${phone.user.user_id}/view`, { businessType, extraData, decision })
  try {
    const opened = await view('open')
    if (opened.result === 'declined') return refusedPage(opened.reason)
    const back = opened.returned?.extraData
    const extraData = await page((done) => [top(() => done(back)), ...content(businessType, opened.shown, view, (given) => done(given ?? back))], say('微信支付分', 'Pay Score'))
    await phone.look()
    return { extraData: extraData ?? {} }
  } catch (error) {
    toast({ title: error.message, icon: 'none', duration: 2500 })
    return { error: error.message, errCode: error.errcode }
  }
}

const top = (close) =>
  h('header', { class: 'bar' }, h('button', { class: 'bar-back', 'aria-label': say('返回', 'Back'), onclick: close }, icon('close')), h('h1', {}, say('微信支付分', 'Pay Score')))

function content(businessType, shown, view, done) {
  const pages = {
    wxpayScoreEnable: () => [authorise(shown), decide(say('同意并开通', 'Agree and open'), say('开通成功', 'Opened'), view, done)],
    wxpayScoreUse: () => [confirm(shown), decide(say('确认使用', 'Confirm'), say('确认成功', 'Confirmed'), view, done)],
    wxpayScorePlan: () => [plan(shown), decide(say('确认签约', 'Sign'), say('签约成功', 'Signed'), view, done)],
    wxpayScoreDetail: () => [detail(shown), closing(shown, done)],
  }
  return pages[businessType]()
}

const heading = (merchant, title, line) =>
  h('div', { class: 'score-head' }, h('span', { class: 'score-mark' }, icon('star', 28)), h('small', {}, merchant), h('h2', {}, title), line && h('p', {}, line))

const authorise = (shown) =>
  h(
    'div',
    { class: 'score-body' },
    heading(shown.merchant, say('开通先享后付', 'Allow pay-later'), say('先享受服务，完成后自动扣费', 'Use the service first; it is charged when done')),
    h(
      'ul',
      { class: 'points' },
      h('li', {}, say('下单时无需预付', 'Nothing is paid when ordering')),
      h('li', {}, say('服务完成后，从支付方式自动扣费', 'Charged automatically when the service is done')),
      h('li', {}, say('可随时在“服务 - 支付分”关闭', 'Can be closed at any time under Services, Pay Score')),
    ),
  )

const fees = (order) =>
  (order.post_payments ?? []).map((each) => [each.name, [each.amount !== undefined && money(each.amount), each.description].filter(Boolean).join(' · ')])

const confirm = (order) =>
  h(
    'div',
    { class: 'score-body' },
    heading(order.merchant, order.service_introduction, say('先享后付，完成后扣费', 'Use first, pay when done')),
    terms([...fees(order), [say('预估费用上限', 'At most'), order.risk_fund && money(order.risk_fund.amount)], [say('开始时间', 'From'), order.time_range?.start_time_remark ?? say('确认后', 'after confirming')]]),
  )

const plan = (signed) =>
  h(
    'div',
    { class: 'score-body' },
    heading(signed.merchant, signed.plan_name, say(`共 ${signed.deduction_quantity} 期，每期完成后扣费`, `${signed.deduction_quantity} periods, each charged when done`)),
    terms([...signed.signed_detail_list.map((each) => [each.plan_detail_name, money(each.actual_price)]), [say('合计', 'Total'), money(signed.total_actual_price)]]),
  )

const detail = (order) =>
  h(
    'div',
    { class: 'score-body' },
    heading(order.merchant, order.service_introduction, stateOf(order)),
    terms([
      ...fees(order),
      [say('待支付', 'Due'), order.collection?.paying_amount ? money(order.collection.paying_amount) : ''],
      [say('已支付', 'Paid'), order.collection?.paid_amount ? money(order.collection.paid_amount) : ''],
      [say('下单时间', 'Placed'), fullMoment(order.created_at)],
      [say('服务订单号', 'Number'), order.order_id],
    ]),
  )

function decide(label, success, view, done) {
  let busy = false
  const accept = async () => {
    if (busy) return
    busy = true
    const outcome = await view('accept').catch((error) => ({ result: 'failed', reason: error.message }))
    if (outcome.result === 'accepted') {
      toast({ title: success })
      done(outcome.returned?.extraData)
    } else {
      done()
      await refusedPage(outcome.reason)
    }
  }
  const refuse = async () => {
    await view('refuse').catch(() => {})
    done()
  }
  return h('div', { class: 'actions bottom' }, button(label, accept), button(say('暂不', 'Not now'), refuse, 'plain'))
}

function closing(order, done) {
  const due = order.overdue ? order.collection.paying_amount : 0
  const pay = async () => {
    try {
      await phone.act('pay', { out_order_no: order.out_order_no, mchid: order.mchid })
      toast({ title: say('支付成功', 'Paid') })
      done()
    } catch (error) {
      toast({ title: error.message.includes('balance') ? say('零钱不足，请先充值', 'Balance too low') : error.message, icon: 'none' })
    }
  }
  return h('div', { class: 'actions bottom' }, due ? button(say(`支付 ${money(due)}`, `Pay ${money(due)}`), pay) : '', button(say('返回商户', 'Back'), () => done(), 'plain'))
}

/** WeChat itself says no: the user reads why, the Mini Program only learns that nothing happened. */
async function refusedPage(reason) {
  await page((done) => [
    top(() => done()),
    h('div', { class: 'score-body' }, h('div', { class: 'score-head sorry' }, h('span', { class: 'score-mark' }, icon('info', 30)), h('h2', {}, say('暂时无法使用', 'Not available now')), h('p', {}, reason))),
    h('div', { class: 'actions bottom' }, button(say('我知道了', 'I see'), () => done())),
  ], say('暂时无法使用', 'Not available now'))
  return { extraData: {} }
}
