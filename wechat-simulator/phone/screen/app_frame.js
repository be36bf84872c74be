// A running Mini Program: its frame, the bars around it, and what it may ask of the phone.

import { h, icon } from '../shared/dom.js'
import { clock, post } from '../shared/sim.js'
import { language, say } from '../shared/words.js'
import { requestPayment, subscribe } from './cashier.js'
import { actionSheet, hideToast, modal, page, pick, toast } from './dialogs.js'
import { face } from './parts.js'
import { openBusinessView } from './payscore_pages.js'
import { phone } from './phone.js'
import { scoreScreen } from './wallet.js'
import { push } from './stage.js'

const PAY_APPID = 'wxd8f3793ea3b935b8'
let running = null
let copied = ''

/** Start the Mini Program, or bring it back with new launch options. */
export function openApp(launch = {}) {
  if (running && !launch.path) return running.show()
  running?.end()
  running = new RunningApp(launch)
  return running.begin()
}

/** Tell the Mini Program that the phone went on or off the network. */
export function setOnline(online) {
  phone.online = online
  running?.program?.networkChanged({ isConnected: online, networkType: online ? 'wifi' : 'none' })
}

/** Tell the Mini Program that the phone became light or dark. */
export function themeChanged(name) {
  running?.redraw()
  running?.program?.themeChanged(name)
}

const theme = () => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')

class RunningApp {
  constructor(launch) {
    this.launch = launch
    this.program = null
    this.badges = {}
    this.bar = h('header', { class: 'bar app-bar' })
    this.frame = h('iframe', { class: 'app-frame', title: phone.miniprogram.name })
    this.tabbar = h('nav', { class: 'tabs app-tabs', hidden: true })
    this.element = h('section', { class: 'app', 'aria-label': phone.miniprogram.name }, this.bar, this.frame, this.tabbar)
    this.element.append(h('div', { class: 'app-loading' }, face(phone.miniprogram.name, 'round large'), h('strong', {}, phone.miniprogram.name), h('i', { class: 'spinner' })))
  }

  begin() {
    window.miniProgramHost = this.host()
    this.navigation({ navigationBarTitleText: phone.miniprogram.name })
    this.frame.src = 'container.html'
    document.getElementById('stage').append(this.element)
  }

  show() {
    if (!this.element.hidden) return
    this.element.hidden = false
    this.redraw()
    this.program?.shown({ scene: 1001, referrerInfo: {} })
  }

  hide() {
    this.element.hidden = true
    document.getElementById('status').style.cssText = ''
    hideToast()
    this.program?.hidden()
  }

  end() {
    this.element.remove()
    document.getElementById('status').style.cssText = ''
    hideToast()
    running = null
  }

  /** Return what `@name` stands for in theme.json now; anything else is itself. */
  themed(value) {
    if (!value?.startsWith?.('@')) return value
    return this.frame.contentWindow?.themes?.[theme()]?.[value.slice(1)]
  }

  navigation(given) {
    const state = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, this.themed(value)]))
    const white = state.navigationBarTextStyle === 'white'
    const custom = state.navigationStyle === 'custom'
    this.bar.style.background = state.navigationBarBackgroundColor ?? ''
    this.drawn = given
    document.getElementById('status').style.cssText = this.element.hidden ? '' : `background:${state.navigationBarBackgroundColor ?? ''};color:${white ? '#fff' : ''}`
    this.bar.className = `bar app-bar${white ? ' white' : ''}${custom ? ' custom' : ''}`
    const back = state.canGoBack && h('button', { class: 'bar-back', 'aria-label': say('返回', 'Back'), onclick: () => this.program?.back() }, icon('back'))
    const home = !state.canGoBack && state.isHome === false && h('button', { class: 'bar-back', 'aria-label': say('首页', 'Home'), onclick: () => this.program?.home() }, icon('home', 20))
    this.bar.replaceChildren(...[back || home, h('h1', {}, state.loading ? h('i', { class: 'spinner small' }) : '', state.navigationBarTitleText ?? ''), this.capsule()].filter(Boolean))
  }

  capsule() {
    return h(
      'div',
      { class: 'capsule' },
      h('button', { 'aria-label': say('更多', 'More'), onclick: () => this.menu() }, icon('more', 20)),
      h('button', { 'aria-label': say('关闭', 'Close'), onclick: () => this.hide() }, icon('ring', 20)),
    )
  }

  async menu() {
    const items = [say('转发给朋友', 'Share'), say('重新进入小程序', 'Restart'), say('复制当前页面路径', 'Copy the path of this page')]
    const chosen = await actionSheet({ itemList: items })
    if (chosen === 0) this.share('menu')
    if (chosen === 1) { this.end(); openApp({}) }
    if (chosen === 2) { copied = location.pathname; toast({ title: say('已复制', 'Copied') }) }
  }

  redraw() {
    this.navigation(this.drawn)
    this.tabs(this.current ?? -1)
  }

  tabs(current) {
    const { list = [], color, selectedColor, backgroundColor } = this.program?.app.tabBar ?? {}
    this.tabbar.style.background = this.themed(backgroundColor) ?? ''
    this.tabbar.hidden = current < 0
    this.tabbar.replaceChildren(
      ...list.map((tab, index) =>
        h(
          'button',
          { class: 'tab', style: `color:${this.themed(index === current ? selectedColor : color)}`, 'aria-current': index === current ? 'page' : null, onclick: () => this.program?.tab(index) },
          tab.iconPath && h('img', { src: `miniprogram/${index === current ? tab.selectedIconPath ?? tab.iconPath : tab.iconPath}`, alt: '' }),
          h('span', {}, tab.text),
          this.badges[index] && h('b', { class: 'badge' }, this.badges[index]),
        ),
      ),
    )
    this.current = current
  }

  async share(from, target) {
    const card = (await this.program?.sharing(from, target)) ?? { title: phone.miniprogram.name }
    await modal({ title: say('转发给朋友', 'Share'), content: card.title ?? phone.miniprogram.name, confirmText: say('发送', 'Send') })
  }

  /** Return everything the container may ask of the phone. */
  host() {
    const leaving = async (work) => {
      this.program?.hidden()
      const outcome = await work()
      this.program?.shown({ scene: 1038, referrerInfo: { appId: PAY_APPID, extraData: outcome.extraData ?? {} } })
      return outcome
    }
    return {
      attach: (program) => {
        this.program = program
        this.tabs(this.current ?? -1)
        this.element.querySelector('.app-loading')?.remove()
      },
      launch: () => this.launch,
      navigation: (state) => this.navigation(state),
      tabs: (current) => this.tabs(current),
      badge: (index, text) => { this.badges[index] = text; this.tabs(this.current) },
      close: () => this.hide(),
      now: () => clock.now(),
      language,
      theme,
      size: () => ({ width: innerWidth, height: innerHeight, statusBar: document.getElementById('status').offsetHeight }),
      online: () => phone.online,
      appid: () => phone.miniprogram.appid,
      storagePrefix: () => `app.${phone.user.user_id}.${phone.user.unionid}.`,
      loginCode: async () => (await post(`/users/${phone.user.user_id}/login`)).code,
      phoneNumber: async () => ({ code: (await post(`/users/${phone.user.user_id}/phone-code`)).code, errMsg: 'getPhoneNumber:ok' }),
      openBusinessView: (options) => leaving(() => openBusinessView(options)),
      requestPayment,
      subscribe,
      openSettings: () => { this.hide(); push(scoreScreen()) },
      customerService: () => customerService(),
      share: (from, target) => this.share(from, target),
      call: (number) => modal({ title: number, content: say('拨打电话', 'Call'), confirmText: say('呼叫', 'Call') }),
      copy: (text) => { copied = text; return navigator.clipboard?.writeText(text).catch(() => {}) },
      copied: () => copied,
      toast,
      hideToast,
      modal,
      actionSheet,
      pick,
      reportError: (message) => this.reportError(message),
    }
  }

  reportError(message) {
    this.element.querySelector('.app-error')?.remove()
    this.element.append(h('div', { class: 'app-error', role: 'alert' }, h('button', { 'aria-label': say('关闭', 'Close'), onclick: (event) => event.target.closest('.app-error').remove() }, icon('close', 16)), h('pre', {}, message)))
  }
}

async function customerService() {
  await phone.act('event', { Event: 'user_enter_tempsession', SessionFrom: 'miniprogram', appid: phone.miniprogram.appid }).catch(() => {})
  await page((done) => [
    h('header', { class: 'bar' }, h('button', { class: 'bar-back', 'aria-label': say('返回', 'Back'), onclick: () => done() }, icon('close')), h('h1', {}, say('客服', 'Customer service'))),
    h('p', { class: 'empty' }, say('客服会话已打开。正式环境由学校在微信客服里回复。', 'The conversation is open; in WeChat the school answers here.')),
  ], say('客服', 'Customer service'))
}
