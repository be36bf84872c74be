// 微信支付: one card for each sum that moved.

import { h } from '../shared/dom.js'
import { money, moment, say } from '../shared/words.js'
import { markSeen, phone } from './phone.js'

/** Return the screen of WeChat Pay's messages. */
export const payChatScreen = () => ({
  name: 'pay-chat',
  title: say('微信支付', 'WeChat Pay'),
  live: true,
  draw: () => {
    const rows = [...phone.wallet.bill].reverse()
    markSeen('pay', rows)
    if (!rows.length) return [h('p', { class: 'empty' }, say('还没有账单', 'Nothing yet'))]
    return rows.flatMap((row) => [h('time', { class: 'stamp' }, moment(row.at)), card(row)])
  },
})

/** Return what a movement of money is called. */
export const kindOf = (row) =>
  ({
    deduction: say('自动扣费成功', 'Deducted automatically'),
    payment: say('支付成功', 'Paid'),
    refund: say('退款到账', 'Refunded'),
    sync: say('商户已在别处收款', 'Paid elsewhere'),
  })[row.kind]

const card = (row) =>
  h(
    'article',
    { class: 'receipt' },
    h('small', {}, kindOf(row)),
    h('p', { class: 'receipt-sum' }, money(row.amount_fen)),
    h(
      'dl',
      { class: 'terms' },
      h('dt', {}, say('商户', 'Merchant')), h('dd', {}, row.merchant),
      h('dt', {}, say('内容', 'For')), h('dd', {}, row.title || '—'),
      h('dt', {}, say('支付方式', 'From')), h('dd', {}, say('零钱', 'Balance')),
    ),
  )
