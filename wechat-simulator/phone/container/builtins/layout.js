// Boxes and text: view, text, image, scroll-view, swiper, icon, progress, rich-text.

import { addressOf } from '../source.js'
import { resolve } from '../paths.js'

const FITS = {
  scaleToFill: 'fill',
  aspectFit: 'contain',
  aspectFill: 'cover',
  center: 'none',
}

/** `base()` gives the path of the page in front, at which a relative picture begins. */
export const layout = (base) => ({
  view: {},
  'cover-view': {},
  text: { properties: { userSelect: Boolean, selectable: Boolean, space: String, decode: Boolean } },
  image: image(base),
  'scroll-view': scrollView,
  swiper,
  'swiper-item': { properties: { itemId: String } },
  icon: {
    properties: { type: String, size: { type: Number, value: 23 }, color: String },
    attached() { drawIcon(this) },
    observers: { type() { drawIcon(this) }, color() { drawIcon(this) } },
  },
  progress: {
    properties: { percent: Number, showInfo: Boolean, strokeWidth: { type: Number, value: 6 }, activeColor: String, backgroundColor: String, active: Boolean },
    attached() { drawProgress(this) },
    observers: { percent() { drawProgress(this) } },
  },
})

const image = (base) => ({
  properties: { src: String, mode: { type: String, value: 'scaleToFill' }, lazyLoad: Boolean, showMenuByLongpress: Boolean, webp: Boolean },
  attached() {
    const picture = document.createElement('img')
    picture.alt = ''
    picture.onload = () => {
      this.triggerEvent('load', { width: picture.naturalWidth, height: picture.naturalHeight })
    }
    picture.onerror = () => this.triggerEvent('error', { errMsg: `GET ${this.data.src} fail` })
    this.$$.append(picture)
    this.picture = picture
    showPicture(this, base)
  },
  observers: {
    src() { showPicture(this, base) },
    mode() { showPicture(this, base) },
  },
})

function showPicture(component, base) {
  const { picture, data } = component
  if (!picture) return
  picture.style.objectFit = FITS[data.mode] ?? 'fill'
  component.$$.dataset.mode = data.mode
  picture.loading = data.lazyLoad ? 'lazy' : 'eager'
  const address = /^(https?:|data:)/.test(data.src) ? data.src : addressOf(resolve(data.src, base()))
  if (data.src) picture.src = address
  else picture.removeAttribute('src')
}

const scrollView = {
  properties: {
    scrollX: Boolean, scrollY: Boolean, scrollTop: Number, scrollLeft: Number, scrollIntoView: String,
    scrollWithAnimation: Boolean, enhanced: Boolean, showScrollbar: { type: Boolean, value: true },
    lowerThreshold: { type: Number, value: 50 }, upperThreshold: { type: Number, value: 50 }, enableFlex: Boolean,
    refresherEnabled: Boolean, refresherTriggered: Boolean, type: String,
  },
  attached() {
    const host = this.$$
    this.low = false
    host.addEventListener('scroll', () => {
      const { scrollTop, scrollLeft, scrollHeight, scrollWidth } = host
      this.triggerEvent('scroll', { scrollTop, scrollLeft, scrollHeight, scrollWidth })
      const low = scrollTop + host.clientHeight >= scrollHeight - this.data.lowerThreshold
      if (low && !this.low) this.triggerEvent('scrolltolower', { direction: 'bottom' })
      this.low = low
    })
    axes(this)
  },
  observers: {
    scrollX() { axes(this) },
    scrollY() { axes(this) },
    scrollTop(value) { this.$$.scrollTop = value },
    scrollLeft(value) { this.$$.scrollLeft = value },
    scrollIntoView(id) { if (id) this.$$.querySelector(`[id$="--${id}"]`)?.scrollIntoView() },
  },
}

function axes(component) {
  // an attribute, because the framework writes the style of the template over what is set here
  component.$$.toggleAttribute('data-x', component.data.scrollX)
  component.$$.toggleAttribute('data-y', component.data.scrollY)
}

const swiper = {
  properties: {
    indicatorDots: Boolean, autoplay: Boolean, current: Number, interval: Number, duration: Number,
    circular: Boolean, vertical: Boolean,
  },
  attached() {
    this.$$.addEventListener('scroll', () => {
      const current = Math.round(this.$$.scrollLeft / Math.max(this.$$.clientWidth, 1))
      if (current !== this.seen) this.triggerEvent('change', { current, source: 'touch' })
      this.seen = current
    })
  },
  observers: {
    current(value) { this.$$.scrollLeft = value * this.$$.clientWidth },
  },
}

const ICONS = {
  success: ['M7 12.5l3.5 3.5L17 9', '#07c160'],
  success_no_circle: ['M5 12.5l4.5 4.5L19 7.5', '#07c160'],
  info: ['M12 10v7M12 7v.5', '#10aeff'],
  warn: ['M12 6v8M12 17v.5', '#fa5151'],
  waiting: ['M12 7v5l4 3', '#10aeff'],
  cancel: ['M8 8l8 8M16 8l-8 8', '#fa5151'],
  clear: ['M8 8l8 8M16 8l-8 8', '#b2b2b2'],
  search: ['M16 16l4 4', '#b2b2b2'],
}

function drawIcon({ $$: host, data }) {
  const [path, own] = ICONS[data.type] ?? ICONS.info
  const color = data.color || own
  const bare = data.type === 'success_no_circle' || data.type === 'search'
  host.style.width = host.style.height = `${data.size}px`
  host.innerHTML =
    `<svg viewBox="0 0 24 24" aria-hidden="true">${bare ? '' : `<circle cx="12" cy="12" r="11" fill="${color}"/>`}` +
    `<path d="${path}" fill="none" stroke="${bare ? color : '#fff'}" stroke-width="2" stroke-linecap="round"/></svg>`
}

function drawProgress({ $$: host, data }) {
  const bar = host.querySelector('i') ?? host.appendChild(document.createElement('i'))
  host.style.height = `${data.strokeWidth}px`
  if (data.backgroundColor) host.style.background = data.backgroundColor
  if (data.activeColor) bar.style.background = data.activeColor
  bar.style.width = `${Math.min(Math.max(data.percent, 0), 100)}%`
  host.setAttribute('role', 'progressbar')
  host.setAttribute('aria-valuenow', data.percent)
}
