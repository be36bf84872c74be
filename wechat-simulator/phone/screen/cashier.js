// The cashier that wx.requestPayment opens, and the sheet that asks for subscriptions.

import { h, icon } from '../shared/dom.js'
import { post } from '../shared/sim.js'
import { money, say } from '../shared/words.js'
import { sheet, toast } from './dialogs.js'
import { button, terms } from './parts.js'
import { phone } from './phone.js'

/** Ask the user to pay; resolves with {paid} or {paid: false, reason} in WeChat's words. */
export async function requestPayment({ timeStamp, nonceStr, package: prepaid, signType, paySign }) {
  const sent = { timeStamp, nonceStr, package: prepaid, signType, paySign }
  const ask = (decision) => post(`/users/${phone.user.user_id}/request-payment`, { ...sent, decision })
  try {
    const { shown } = await ask('open')
    const paid = await sheet((done) => cashier(shown, done), say('支付', 'Pay'))
    const outcome = await ask(paid ? 'accept' : 'refuse')
    await phone.look()
    if (outcome.result === 'paid') toast({ title: say('支付成功', 'Paid') })
    if (outcome.result === 'declined') toast({ title: outcome.reason, icon: 'none', duration: 2500 })
    return outcome.result === 'paid' ? { paid: true } : { paid: false, reason: outcome.errMsg.replace('requestPayment:fail ', '') }
  } catch (error) {
    return { paid: false, reason: error.message.replace('requestPayment:fail ', '') }
  }
}

const cashier = (shown, done) => [
  h('button', { class: 'sheet-close', 'aria-label': say('取消', 'Cancel'), onclick: () => done(false) }, icon('close', 20)),
  h('div', { class: 'cashier' }, h('small', {}, shown.merchant), h('strong', {}, money(shown.amount_fen))),
  terms([[say('商品', 'For'), shown.description], [say('支付方式', 'From'), say(`零钱（${money(phone.wallet.balance_fen)}）`, `Balance (${money(phone.wallet.balance_fen)})`)]]),
  h('div', { class: 'actions' }, button(say('确认支付', 'Pay'), () => done(true))),
]

/** Ask which messages may be sent; resolves with a word for each template id. */
export async function subscribe(tmplIds) {
  const templates = tmplIds.map((id) => phone.miniprogram.templates.find((each) => each.template_id === id)).filter(Boolean)
  if (templates.length !== tmplIds.length) throw new Error('No template data return, verify the template id exist')
  const allowed = await sheet((done) => [
    h('h2', { class: 'sheet-title' }, say(`${phone.miniprogram.name} 想给你发送以下消息`, `${phone.miniprogram.name} would like to send you`)),
    h('ul', { class: 'points' }, ...templates.map((each) => h('li', {}, each.title))),
    h('div', { class: 'actions side' }, button(say('取消', 'No'), () => done(false), 'plain'), button(say('允许', 'Allow'), () => done(true))),
  ], say('订阅消息', 'Messages'))
  const answer = await phone.act('subscribe', { template_ids: tmplIds, decision: allowed ? 'accept' : 'reject' })
  return answer.results
}
