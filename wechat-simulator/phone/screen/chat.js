// The conversation with the Official Account: both sides, quick replies, the menu.

import { h, icon } from '../shared/dom.js'
import { get } from '../shared/sim.js'
import { moment, say } from '../shared/words.js'
import { toast } from './dialogs.js'
import { face } from './parts.js'
import { markSeen, phone } from './phone.js'
import { rich, plainText } from './rich_text.js'

const GAP_MS = 5 * 60 * 1000

/** Return one line that says what a message is. */
export function summary(message) {
  if (!message) return undefined
  const { content } = message
  if (message.via === 'template') return content.title
  const kind = content.MsgType ?? content.msgtype
  if (kind === 'text') return plainText(content.Content ?? content.text?.content ?? '')
  if (kind === 'msgmenu') return plainText(content.msgmenu.head_content ?? '')
  if (kind === 'news') return articles(content)[0]?.title
  if (kind === 'miniprogrampage') return `[${say('小程序', 'Mini Program')}] ${content.miniprogrampage?.title ?? content.Title ?? ''}`
  if (kind === 'service_unavailable') return content.Content
  return `[${kind}]`
}

/** Return the screen of the chat with `account`. */
export function chatScreen(account, openApp) {
  const messages = () => phone.of(account.appid, 'said', 'passive', 'custom', 'template')
  return {
    name: 'chat',
    title: account.name,
    live: true,
    draw: () => {
      const all = messages()
      markSeen('talk', all)
      return [h('div', { class: 'talk', role: 'log', 'aria-live': 'polite' }, ...lines(all, openApp))]
    },
    foot: () => foot(account, openApp),
  }
}

function lines(messages, openApp) {
  let before = 0
  return messages.flatMap((message) => {
    const at = Date.parse(message.at)
    const stamp = at - before > GAP_MS ? [h('time', { class: 'stamp' }, moment(message.at))] : []
    before = at
    return [...stamp, line(message, openApp)]
  })
}

function line(message, openApp) {
  const { content, via } = message
  if (content.MsgType === 'service_unavailable') return h('p', { class: 'stamp' }, content.Content)
  if (via === 'template') return templateCard(content, openApp)
  const mine = via === 'said'
  const picture = face(mine ? phone.user.nickname : phone.account.name)
  return h('div', { class: `line ${mine ? 'mine' : 'theirs'}` }, picture, bubble(content, openApp))
}

function bubble(content, openApp) {
  const kind = content.MsgType ?? content.msgtype
  if (kind === 'text') return h('div', { class: 'bubble' }, ...rich(content.Content ?? content.text?.content ?? '', { say: send, openApp }))
  if (kind === 'msgmenu') return menuBubble(content.msgmenu)
  if (kind === 'news') return h('div', { class: 'articles' }, ...articles(content).map(article))
  if (kind === 'miniprogrampage') return pageCard(content.miniprogrampage ?? { title: content.Title, pagepath: content.PagePath }, openApp)
  return h('div', { class: 'bubble' }, `[${kind}]`)
}

const menuBubble = ({ head_content: head, list, tail_content: tail }) =>
  h(
    'div',
    { class: 'bubble' },
    head && h('p', {}, head),
    ...list.map((entry) => h('button', { class: 'link', onclick: () => send(entry.content, { bizmsgmenuid: entry.id }) }, entry.content)),
    tail && h('p', {}, tail),
  )

function articles(content) {
  const items = content.news?.articles ?? content.Articles?.item ?? []
  return (Array.isArray(items) ? items : [items]).map((item) => ({
    title: item.title ?? item.Title,
    text: item.description ?? item.Description,
    url: item.url ?? item.Url,
  }))
}

const article = ({ title, text }) => h('div', { class: 'article' }, h('strong', {}, title), h('p', {}, text))

const pageCard = ({ title, pagepath }, openApp) =>
  h(
    'button',
    { class: 'page-card', onclick: () => openApp(launchOf(pagepath)) },
    h('small', {}, phone.miniprogram.name),
    h('strong', {}, title),
    h('span', { class: 'page-card-foot' }, say('小程序', 'Mini Program')),
  )

/** Return how a Mini Program is started from a page's address. */
export function launchOf(address = '') {
  const [path, search = ''] = address.replace(/^\//, '').split('?')
  const query = Object.fromEntries(new URLSearchParams(search))
  return path ? { path: path.replace(/\.html$/, ''), query, scene: 1043 } : { scene: 1043 }
}

function templateCard(content, openApp) {
  const rows = Object.entries(content.data ?? {}).map(([, value]) => h('dd', {}, value.value ?? value))
  const page = content.miniprogram?.pagepath
  return h(
    page ? 'button' : 'div',
    { class: 'template-card', onclick: page ? () => openApp(launchOf(page)) : null },
    h('strong', {}, content.title),
    h('dl', {}, ...rows),
    page && h('span', { class: 'page-card-foot' }, say('进入小程序', 'Open the Mini Program')),
  )
}

async function send(text, more = {}) {
  try {
    await phone.act('say', { text, ...more })
  } catch (error) {
    toast({ title: error.message, icon: 'none' })
  }
}

function foot(account, openApp) {
  const input = h('input', { class: 'talk-input', 'aria-label': say('输入消息', 'Message'), enterkeyhint: 'send' })
  const bar = h('form', { class: 'talk-foot' }, input, h('button', { class: 'send' }, say('发送', 'Send')))
  bar.addEventListener('submit', (event) => {
    event.preventDefault()
    const text = input.value.trim()
    input.value = ''
    if (text) send(text)
  })
  const holder = h('div', {}, bar)
  if (!phone.user.follows_oa) holder.replaceChildren(follow(holder, bar))
  get(`/apps/${account.appid}/menu`).then(({ button }) => addMenu(bar, button, openApp))
  return holder
}

const follow = (holder, bar) =>
  h('button', {
    class: 'wide primary follow',
    onclick: async () => {
      await phone.act('event', { Event: 'subscribe' })
      holder.replaceChildren(bar)
    },
  }, say('关注公众号', 'Follow'))

/** WeChat's menu: up to three buttons, each of which may open five more. */
function addMenu(bar, buttons, openApp) {
  if (!buttons?.length) return
  const toggle = h('button', { type: 'button', class: 'menu-toggle', 'aria-label': say('菜单', 'Menu') }, icon('more', 22))
  const menu = h('div', { class: 'menu' }, ...buttons.map((entry) => menuButton(entry, openApp)))
  toggle.addEventListener('click', () => bar.parentElement.classList.toggle('with-menu'))
  bar.prepend(toggle)
  bar.after(menu)
  bar.parentElement.classList.add('with-menu')
}

function menuButton(entry, openApp) {
  const more = entry.sub_button ?? []
  if (!more.length) return h('button', { class: 'menu-button', onclick: () => press(entry, openApp) }, entry.name)
  const list = h('div', { class: 'menu-list', hidden: true }, ...more.map((each) => h('button', { onclick: () => press(each, openApp) }, each.name)))
  return h('div', { class: 'menu-button' }, h('button', { onclick: () => { list.hidden = !list.hidden } }, `≡ ${entry.name}`), list)
}

async function press(entry, openApp) {
  if (entry.type === 'click') await phone.act('event', { Event: 'CLICK', EventKey: entry.key })
  if (entry.type === 'miniprogram') openApp(launchOf(entry.pagepath))
  if (entry.type === 'view') toast({ title: entry.url, icon: 'none' })
}
