// Time: what it is, and how to move it on; whatever falls due on the way happens in order.

import { h } from '../shared/dom.js'
import { clock, post } from '../shared/sim.js'
import { fullMoment, say } from '../shared/words.js'

const STEPS = [
  [10, '10 秒', '10 s'],
  [3600, '1 小时', '1 hour'],
  [86400, '1 天', '1 day'],
  [2 * 86400, '2 天', '2 days'],
  [7 * 86400, '7 天', '7 days'],
]

const KINDS = {
  'payscore.deduct': ['微信扣费', 'WeChat deducts'],
  'payscore.settle': ['扣费结束', 'a deduction ends'],
  'payscore.expire': ['订单过期', 'an order expires'],
  'payscore.plan_over': ['签约到期', 'a signed plan ends'],
  'weixin.push': ['推送消息', 'a message is pushed'],
}

let busy = false

export const clockPanel = {
  title: () => say('时间', 'Time'),

  open(place) {
    place.append(
      h('p', { class: 'now' }, ''),
      h('div', { class: 'buttons' }, ...STEPS.map(([seconds, chinese, english]) => h('button', { onclick: () => move(place, { advance_s: seconds }) }, `+ ${say(chinese, english)}`))),
      h('div', { class: 'buttons' }, h('button', { class: 'next' }, ''), h('button', { class: 'freeze' }, '')),
      h('p', { class: 'hint' }, say('拨动时间，微信里到期的事（扣费、通知重试、过期）会按顺序发生；服务端也看这个钟。', 'Moving the clock makes what falls due in WeChat happen in order; the server reads this clock too.')),
      h('p', { class: 'said', role: 'status' }, ''),
    )
    place.querySelector('.next').addEventListener('click', () => clock.next && move(place, { to: clock.next.at }))
    place.querySelector('.freeze').addEventListener('click', () => move(place, { running: !clock.running }))
    draw(place)
  },

  refresh: draw,
}

async function move(place, wish) {
  if (busy) return
  busy = true
  const said = place.querySelector('.said')
  said.textContent = say('正在拨动 …', 'Moving …')
  try {
    clock.take(await post('/clock', wish))
    said.textContent = ''
  } catch (error) {
    said.textContent = error.message
  }
  busy = false
  draw(place)
}

function draw(place) {
  const now = place.querySelector('.now')
  if (!now) return
  now.textContent = fullMoment(clock.now())
  const next = place.querySelector('.next')
  next.disabled = !clock.next
  next.textContent = clock.next ? say(`到下一件事：${nameOf(clock.next.kind)}（${fullMoment(clock.next.at).slice(5)}）`, `To the next: ${nameOf(clock.next.kind)} (${fullMoment(clock.next.at).slice(5)})`) : say('微信里没有待办的事', 'Nothing is due in WeChat')
  place.querySelector('.freeze').textContent = clock.running ? say('让时间停住', 'Freeze') : say('让时间走', 'Let it run')
}

function nameOf(kind) {
  const known = KINDS[kind] ?? (kind.startsWith('notice') ? ['重发通知', 'a notice is tried again'] : null)
  return known ? say(...known) : kind
}
