// The desk on which the phones lie: whose they are, what time it is, what shall go wrong, what happened.

import { h } from '../shared/dom.js'
import { clock, get } from '../shared/sim.js'
import { language, say, setLanguage } from '../shared/words.js'
import { clockPanel } from './clock.js'
import { faultsPanel } from './faults.js'
import { ledgerPanel, noticesPanel, requestsPanel } from './books.js'
import { Handset } from './handset.js'

const THEME = 'desk.theme'
const REFRESH_MS = 1500

const about = await get('/phone')
const asked = new URLSearchParams(location.search)
const phones = []
const panels = [clockPanel, faultsPanel, ledgerPanel, noticesPanel, requestsPanel, ...about.panels.map(framePanel)]
let current = panels[Number(asked.get('panel')) || 0]

const side = document.getElementById('side')
const tabs = h('nav', { class: 'tabs', role: 'tablist' })
const body = h('div', { class: 'panel', role: 'tabpanel' })
side.append(tabs, body)

function open(panel) {
  current = panel
  tabs.replaceChildren(...panels.map((each) => h('button', { role: 'tab', 'aria-selected': String(each === panel), onclick: () => open(each) }, each.title())))
  body.replaceChildren()
  panel.open?.(body, phones)
  refresh()
}

async function refresh() {
  await clock.look().catch(() => {})
  await current.refresh?.(body, phones)
}

/** A page beside the phone, such as a school's console; one that refuses to be framed still has its link. */
function framePanel({ name, address }) {
  return {
    title: () => name,
    open: (place) => place.append(
      h('p', {}, h('a', { href: address, target: '_blank', rel: 'noopener' }, say('在新窗口打开', 'Open in a new window'))),
      h('iframe', { class: 'beside', src: address, title: name }),
    ),
  }
}

function addPhone(user = '') {
  const handset = new Handset(user, theme(), () => {
    phones.splice(phones.indexOf(handset), 1)
    drawHead()
  })
  phones.push(handset)
  document.getElementById('phones').append(handset.element)
  drawHead()
}

const theme = () => localStorage.getItem(THEME) ?? 'light'

function toggleTheme() {
  localStorage.setItem(THEME, theme() === 'dark' ? 'light' : 'dark')
  applyTheme()
}

function applyTheme() {
  document.documentElement.style.colorScheme = theme()
  for (const handset of phones) handset.setTheme(theme())
  drawHead()
}

function toggleLanguage() {
  setLanguage(language() === 'en' ? 'zh_CN' : 'en')
  location.reload()
}

function drawHead() {
  document.getElementById('head').replaceChildren(
    h('strong', {}, say('微信模拟器', 'A simulated WeChat')),
    h('span', { class: 'grow' }),
    ...(phones.length < 2 ? [h('button', { onclick: () => addPhone() }, say('再来一部手机', 'Another phone'))] : []),
    h('button', { onclick: toggleTheme }, theme() === 'dark' ? say('浅色', 'Light') : say('深色', 'Dark')),
    h('button', { onclick: toggleLanguage }, language() === 'en' ? '中文' : 'English'),
  )
}

const users = asked.getAll('user')
for (const user of users.length ? users : ['']) addPhone(user)
applyTheme()
open(current)
setInterval(refresh, REFRESH_MS)
