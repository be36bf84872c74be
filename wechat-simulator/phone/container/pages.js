// The stack of pages, and how one gets to another, with the lifecycle as WeChat documents it.

import { call, tellComponents } from './lifecycle.js'
import { resolve, splitUrl } from './paths.js'

const MOST_PAGES = 10

/** What a navigation call refuses; the message is what WeChat puts after "fail ". */
export class NavigationError extends Error {}

export class Pages {
  /** `open(route, query)` makes the framework's root of a page, `bars` are the phone's. */
  constructor({ app, units, open, bars }) {
    this.app = app
    this.tabs = (app.tabBar?.list ?? []).map((tab) => resolve(tab.pagePath))
    this.units = new Map(units.filter((unit) => unit.isPage).map((unit) => [unit.path, unit]))
    this.open = open
    this.bars = bars
    this.stack = []
    this.kept = new Map()
  }

  get top() {
    return this.stack.at(-1)
  }

  /** Return what getCurrentPages() answers. */
  get current() {
    return this.stack.map((entry) => entry.page)
  }

  /** Open the first page. */
  start(url) {
    const { route, query } = this.target(url)
    if (this.tabs.includes(route)) this.showTab(route, query)
    else this.push(route, query)
  }

  navigateTo(url) {
    const { route, query } = this.target(url)
    if (this.tabs.includes(route)) throw new NavigationError('can not navigateTo a tabbar page')
    if (this.stack.length >= MOST_PAGES) throw new NavigationError('webview count limit exceed')
    this.conceal(this.top)
    return this.push(route, query)
  }

  redirectTo(url) {
    const { route, query } = this.target(url)
    if (this.tabs.includes(route)) throw new NavigationError('can not redirectTo a tabbar page')
    this.discard(this.stack.pop())
    return this.push(route, query)
  }

  navigateBack(delta = 1) {
    const count = Math.min(delta, this.stack.length - 1)
    if (count < 1) return
    for (const entry of this.stack.splice(-count).reverse()) this.discard(entry)
    this.reveal(this.top)
  }

  switchTab(url) {
    const { route } = this.target(url)
    if (!this.tabs.includes(route)) throw new NavigationError('can not switch to no-tabBar page')
    if (this.top?.route === route) return
    for (const entry of this.stack.splice(0).reverse()) {
      if (this.kept.has(entry.route) && entry === this.kept.get(entry.route)) this.conceal(entry)
      else this.discard(entry)
    }
    this.showTab(route, {})
  }

  reLaunch(url) {
    const { route, query } = this.target(url)
    for (const entry of [...this.stack.splice(0).reverse(), ...this.kept.values()]) this.discard(entry)
    this.kept.clear()
    if (this.tabs.includes(route)) this.showTab(route, query)
    else this.push(route, query)
  }

  /** The Mini Program comes to the front, or leaves it. */
  appShown(shown) {
    if (!this.top) return
    if (shown) this.reveal(this.top)
    else this.conceal(this.top)
  }

  target(url) {
    const found = splitUrl(url, this.top?.route ?? '')
    if (!this.units.has(found.route)) throw new NavigationError(`page "${found.route}" is not found`)
    return found
  }

  showTab(route, query) {
    const kept = this.kept.get(route)
    if (kept) {
      this.stack.push(kept)
      this.reveal(kept)
    } else this.kept.set(route, this.push(route, query))
  }

  push(route, query) {
    const entry = this.open(route, query)
    entry.bar = { ...this.app.window, ...this.units.get(route).config }
    this.stack.push(entry)
    entry.page.route = route
    entry.page.options = query
    this.show(entry)
    call(entry.page, 'onLoad', query)
    call(entry.page, 'onShow')
    tellComponents(entry.host, 'show')
    requestAnimationFrame(() => { if (entry.host.isConnected) call(entry.page, 'onReady') })
    return entry
  }

  reveal(entry) {
    this.show(entry)
    call(entry.page, 'onShow')
    tellComponents(entry.host, 'show')
  }

  show(entry) {
    entry.host.hidden = false
    this.bars.navigation({ ...entry.bar, canGoBack: this.stack.length > 1, isHome: this.isHome(entry) })
    this.bars.tabs(this.tabs.includes(entry.route) ? this.tabs.indexOf(entry.route) : -1)
  }

  isHome(entry) {
    return this.tabs.includes(entry.route) || entry.route === this.app.pages[0]
  }

  conceal(entry) {
    if (!entry || entry.host.hidden) return
    call(entry.page, 'onHide')
    tellComponents(entry.host, 'hide')
    entry.host.hidden = true
  }

  discard(entry) {
    if (!entry) return
    if (this.kept.get(entry.route) === entry) this.kept.delete(entry.route)
    call(entry.page, 'onUnload')
    entry.release()
  }
}
