// One phone on the desk: a frame of a phone's size around its screen.

import { h, icon } from '../shared/dom.js'
import { say } from '../shared/words.js'

/** A phone; `gone()` is called when it is put away. */
export class Handset {
  constructor(user, theme, gone) {
    this.online = true
    this.frame = h('iframe', { class: 'glass', title: say('手机', 'Phone'), src: `screen.html${user ? `?user=${encodeURIComponent(user)}` : ''}` })
    this.name = h('span', { class: 'owner' }, '')
    this.network = h('button', { onclick: () => this.toggleNetwork() }, '')
    this.element = h(
      'figure',
      { class: 'handset' },
      h('div', { class: 'case' }, this.frame),
      h(
        'figcaption',
        {},
        this.name,
        h('button', { onclick: () => this.change() }, say('换人', 'Change user')),
        this.network,
        h('button', { class: 'icon-button', 'aria-label': say('收起这部手机', 'Put away'), onclick: () => { this.element.remove(); gone() } }, icon('close', 16)),
      ),
    )
    window.addEventListener('message', ({ data, origin, source }) => {
      if (origin !== location.origin || source !== this.frame.contentWindow || data.phone !== 'unlocked') return
      this.user = data.user
      this.name.textContent = `${data.user.nickname} · ${data.user.user_id}`
    })
    this.setTheme(theme)
    this.drawNetwork()
  }

  setTheme(theme) {
    this.frame.style.colorScheme = theme
  }

  change() {
    this.name.textContent = ''
    this.frame.src = 'screen.html'
  }

  toggleNetwork() {
    this.online = !this.online
    this.frame.contentWindow.postMessage({ desk: 'network', online: this.online }, location.origin)
    this.drawNetwork()
  }

  drawNetwork() {
    this.network.textContent = this.online ? say('断网', 'Cut the network') : say('恢复网络', 'Restore the network')
  }
}
