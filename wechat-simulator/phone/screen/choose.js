// Whose phone is it? Somebody of this world, or somebody new.

import { h } from '../shared/dom.js'
import { get, post } from '../shared/sim.js'
import { money, say } from '../shared/words.js'
import { button, cell, face, group } from './parts.js'

/** Return the screen on which a user is chosen; `chosen(userId)` goes on. */
export async function chooseScreen(chosen) {
  const { users } = await get('/users')
  return {
    name: 'choose',
    title: say('这是谁的手机？', 'Whose phone is this?'),
    draw: () => [
      users.length ? group(say('登录为', 'Log in as'), ...users.map((user) => person(user, chosen))) : null,
      creation(chosen),
    ].filter(Boolean),
  }
}

const person = (user, chosen) =>
  cell({
    face: face(user.nickname),
    label: user.nickname,
    hint: [
      say(`支付分 ${user.score}`, `score ${user.score}`),
      money(user.balance_fen),
      user.youth_mode && say('青少年模式', 'youth mode'),
      !user.follows_oa && say('未关注公众号', 'not following'),
    ].filter(Boolean).join(' · '),
    onclick: () => chosen(user.user_id),
  })

function creation(chosen) {
  const nickname = h('input', { value: say('小明妈妈', "Ming's mother"), 'aria-label': say('昵称', 'Name') })
  const score = h('input', { value: '700', inputmode: 'numeric', 'aria-label': say('支付分', 'Score') })
  const balance = h('input', { value: '5000', inputmode: 'decimal', 'aria-label': say('零钱（元）', 'Balance (yuan)') })
  const youth = h('input', { type: 'checkbox', class: 'toggle', 'aria-label': say('青少年模式', 'Youth mode') })
  const follows = h('input', { type: 'checkbox', class: 'toggle', checked: true, 'aria-label': say('关注公众号', 'Follows the account') })
  const create = async () => {
    const made = await post('/users', {
      nickname: nickname.value.trim() || say('新用户', 'Somebody'),
      score: Number.parseInt(score.value, 10) || 0,
      balance_fen: Math.round(Number(balance.value) * 100) || 0,
      youth_mode: youth.checked,
      follows_oa: follows.checked,
    })
    chosen(made.user_id)
  }
  const row = (label, input) => h('label', { class: 'cell' }, h('span', { class: 'cell-main' }, label), input)
  return h(
    'form',
    { onsubmit: (event) => { event.preventDefault(); create() } },
    group(
      say('新用户', 'Somebody new'),
      row(say('昵称', 'Name'), nickname),
      row(say('支付分（商户看不到）', 'Score (merchants never see it)'), score),
      row(say('零钱（元）', 'Balance (yuan)'), balance),
      row(say('青少年模式', 'Youth mode'), youth),
      row(say('关注公众号', 'Follows the account'), follows),
    ),
    h('div', { class: 'actions' }, button(say('用新用户打开手机', 'Open the phone'), null)),
  )
}
