// What a page hears while a finger moves it: its bottom is near, it is scrolled, it is pulled down.

import { call } from './lifecycle.js'

const BOTTOM_PX = 50
const PULL_PX = 60

/** Watch the host of a page; `config` is its JSON merged over app.json's window. */
export function watchScroll(host, page, config) {
  let low = false
  host.addEventListener('scroll', () => {
    call(page, 'onPageScroll', { scrollTop: host.scrollTop })
    const near = host.scrollTop + host.clientHeight >= host.scrollHeight - (config.onReachBottomDistance ?? BOTTOM_PX)
    if (near && !low) call(page, 'onReachBottom')
    low = near
  })
  if (config.enablePullDownRefresh) watchPull(host, page)
}

function watchPull(host, page) {
  let from = null
  host.addEventListener('pointerdown', (event) => { from = host.scrollTop <= 0 ? event.clientY : null })
  host.addEventListener('pointermove', (event) => {
    if (from !== null) host.style.setProperty('--pulled', `${Math.max(0, Math.min(event.clientY - from, PULL_PX * 2)) / 2}px`)
  })
  const end = (event) => {
    const far = from !== null && event.clientY - from > PULL_PX
    from = null
    host.style.removeProperty('--pulled')
    if (far) pullDown(host, page)
  }
  host.addEventListener('pointerup', end)
  host.addEventListener('pointercancel', end)
}

/** Begin a refresh, as a pull or wx.startPullDownRefresh does. */
export function pullDown(host, page) {
  host.toggleAttribute('data-refreshing', true)
  call(page, 'onPullDownRefresh')
}

/** End a refresh. */
export const stopPullDown = (host) => host.toggleAttribute('data-refreshing', false)
