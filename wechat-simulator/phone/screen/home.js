// WeChat's first screen: chats, what can be discovered, and me.

import { h, icon } from '../shared/dom.js'
import { money, moment, say } from '../shared/words.js'
import { chatScreen, summary } from './chat.js'
import { noticesScreen } from './notices.js'
import { cell, emblem, face, group } from './parts.js'
import { payChatScreen } from './pay_chat.js'
import { phone, unread } from './phone.js'
import { push, refresh } from './stage.js'
import { walletScreen } from './wallet.js'

const TABS = [
  ['chats', 'chat', '微信', 'Chats'],
  ['discover', 'find', '发现', 'Discover'],
  ['me', 'me', '我', 'Me'],
]
let tab = 'chats'
let foot

/** Return the home screen; `openApp(launch)` starts the Mini Program. */
export const homeScreen = (openApp) => ({
  name: 'home',
  title: say('微信', 'WeChat'),
  draw: () => {
    drawFoot()
    return { chats: () => chats(openApp), discover: () => discover(openApp), me: () => me() }[tab]()
  },
  foot: () => {
    foot = h('nav', { class: 'tabs' })
    drawFoot()
    return foot
  },
})

function drawFoot() {
  foot?.replaceChildren(
    ...TABS.map(([name, picture, chinese, english]) =>
      h(
        'button',
        { class: 'tab', 'aria-current': name === tab ? 'page' : null, onclick: () => { tab = name; refresh() } },
        icon(picture),
        h('span', {}, say(chinese, english)),
      ),
    ),
  )
}

function chats(openApp) {
  const { account, miniprogram, wallet } = phone
  const talk = account ? phone.of(account.appid, 'said', 'passive', 'custom', 'template') : []
  const notices = miniprogram ? phone.of(miniprogram.appid, 'subscribe') : []
  const receipts = wallet.bill.map((row) => ({ at: row.at, via: 'pay' })).reverse()
  const rows = [
    row('talk', account?.name, face(account?.name ?? ''), talk, summary(talk.at(-1)), () => push(chatScreen(account, openApp))),
    row('notices', say('服务通知', 'Service notices'), emblem('bell', '#fa5151'), notices, notices.at(-1)?.content.title, () => push(noticesScreen(openApp))),
    row('pay', say('微信支付', 'WeChat Pay'), emblem('pay', '#07c160'), receipts, receiptLine(wallet.bill[0]), () => push(payChatScreen())),
  ]
  const sorted = rows.sort((one, other) => other.at.localeCompare(one.at))
  return [h('div', { class: 'cells chats' }, ...sorted.map(({ element }) => element))]
}

const receiptLine = (entry) => entry && `${entry.kind === 'refund' ? say('退款', 'Refund') : say('付款', 'Paid')} ${money(entry.amount_fen)}`

function row(key, name, picture, messages, line, onclick) {
  const last = messages.at(-1)
  const count = unread(key, messages)
  return {
    at: last?.at ?? '',
    element: h(
      'button',
      { class: 'cell chat-row', onclick },
      h('span', { class: 'face-box' }, picture, count ? h('b', { class: 'badge' }, count > 99 ? '99+' : count) : null),
      h('span', { class: 'cell-main' }, h('span', { class: 'cell-label' }, name), h('span', { class: 'cell-hint one-line' }, line ?? say('还没有消息', 'Nothing yet'))),
      last && h('time', {}, moment(last.at)),
    ),
  }
}

function discover(openApp) {
  const { miniprogram, about } = phone
  const hint = about.runs_miniprograms ? say('最近使用的小程序', 'Recent Mini Programs') : say('未安装运行环境：make phone', 'Not installed: make phone')
  return [
    group(
      say('小程序', 'Mini Programs'),
      cell({ face: face(miniprogram.name, 'round'), label: miniprogram.name, hint, onclick: about.runs_miniprograms ? () => openApp({}) : null }),
    ),
  ]
}

function me() {
  const { user, wallet } = phone
  return [
    h('div', { class: 'card-me' }, face(user.nickname, 'large'), h('div', {}, h('strong', {}, user.nickname), h('small', {}, say(`微信号：${user.user_id}`, `WeChat ID: ${user.user_id}`)))),
    group('', cell({ face: emblem('pay', '#07c160'), label: say('服务', 'Services'), value: money(wallet.balance_fen), onclick: () => push(walletScreen()) })),
    group(
      say('关于这个人', 'About this person'),
      cell({ label: say('青少年模式', 'Youth mode'), value: user.youth_mode ? say('开', 'On') : say('关', 'Off') }),
      cell({ label: say('关注公众号', 'Follows the account'), value: user.follows_oa ? say('是', 'Yes') : say('否', 'No') }),
    ),
  ]
}
