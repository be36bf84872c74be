// What shall go wrong, by name; the simulator's control plane can do many more.

import { h } from '../shared/dom.js'
import { get, post, remove } from '../shared/sim.js'
import { say } from '../shared/words.js'

const both = (wish) => ['GET', 'POST'].map((method) => ({ ...wish, target: `${method} /phone/product/*` }))

const PRESETS = [
  ['扣费成功的通知丢失', 'The notice of a deduction is lost', [{ target: 'notice:PAYSCORE.USER_PAID', kind: 'lost' }]],
  ['下一条通知晚 1 小时', 'The next notice comes an hour late', [{ target: 'notice:*', kind: 'late', delay_s: 3600 }]],
  ['下一条通知来两次', 'The next notice comes twice', [{ target: 'notice:*', kind: 'twice' }]],
  ['下一条通知签名是错的', 'The next notice is wrongly signed', [{ target: 'notice:*', kind: 'bad_signature' }]],
  ['支付分接口失败 3 次', 'Pay Score fails three times', [{ target: 'POST /v3/payscore/*', kind: '500', times: 3 }]],
  ['小程序的网络慢 3 秒（5 次）', 'The Mini Program waits 3 s (5 times)', both({ kind: 'late', delay_s: 3, times: 5 })],
  ['小程序的请求断开（3 次）', "The Mini Program's requests break (3 times)", both({ kind: 'cut', times: 3 })],
  ['请求已生效，回答丢失', 'A request takes effect, its answer is lost', [{ target: 'POST /phone/product/*', kind: 'timeout_after_effect', hold_s: 1 }]],
]

export const faultsPanel = {
  title: () => say('故障', 'Faults'),

  open(place) {
    place.append(
      h('div', { class: 'buttons column' }, ...PRESETS.map(([chinese, english, wishes]) => h('button', { onclick: () => add(place, wishes) }, say(chinese, english)))),
      h('div', { class: 'list' }),
      h('div', { class: 'buttons' }, h('button', { onclick: async () => { await remove('/faults'); draw(place) } }, say('全部取消', 'Cancel all'))),
      h('p', { class: 'said', role: 'status' }),
    )
  },

  refresh: draw,
}

async function add(place, wishes) {
  try {
    for (const wish of wishes) await post('/faults', wish)
    place.querySelector('.said').textContent = ''
  } catch (error) {
    place.querySelector('.said').textContent = error.message
  }
  draw(place)
}

async function draw(place) {
  const { faults } = await get('/faults')
  const waiting = faults.filter((fault) => fault.left > 0)
  place.querySelector('.list')?.replaceChildren(
    ...waiting.map((fault) => h('p', { class: 'fault' }, h('code', {}, `${fault.kind} · ${fault.target}`), h('span', {}, say(`还有 ${fault.left} 次`, `${fault.left} left`)))),
  )
}
