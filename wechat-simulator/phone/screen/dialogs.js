// What WeChat shows over everything else: toast, modal, action sheet, half-height sheets.

import { h, icon } from '../shared/dom.js'
import { say } from '../shared/words.js'

const over = () => document.getElementById('over')
let shown
let timer

/** Show a toast; one at a time. `icon` is success, error, loading or none. */
export function toast({ title, icon: kind = 'success', duration = 1500, mask }) {
  hideToast()
  const picture = { success: () => icon('check', 40), error: () => icon('warn', 40), loading: () => h('i', { class: 'spinner' }) }[kind]
  const box = h('div', { class: `toast ${picture ? 'square' : ''}`, role: 'alert' }, picture?.(), h('span', {}, title))
  shown = h('div', { class: `toast-layer ${mask ? 'blocks' : ''}` }, box)
  over().append(shown)
  if (duration !== Infinity) timer = setTimeout(hideToast, duration)
}

/** Take the toast away. */
export function hideToast() {
  clearTimeout(timer)
  shown?.remove()
  shown = undefined
}

/** Show a modal; resolves with {confirm, cancel, content} as wx.showModal does. */
export function modal({ title = '', content = '', showCancel = true, cancelText, confirmText, editable, placeholderText, confirmColor }) {
  return asked((done) => {
    const input = editable ? h('textarea', { class: 'modal-input', placeholder: placeholderText ?? '', value: content }) : null
    return h(
      'div',
      { class: 'modal', role: 'dialog', 'aria-modal': 'true', 'aria-label': title || content },
      title && h('h2', {}, title),
      input ?? h('p', {}, content),
      h(
        'div',
        { class: 'modal-foot' },
        showCancel && h('button', { onclick: () => done({ confirm: false, cancel: true, content: null }) }, cancelText ?? say('取消', 'Cancel')),
        h('button', { class: 'strong', style: confirmColor ? `color:${confirmColor}` : null, onclick: () => done({ confirm: true, cancel: false, content: input?.value ?? null }) }, confirmText ?? say('确定', 'OK')),
      ),
    )
  }, 'center')
}

/** Show choices from below; resolves with the index of the chosen one, or null. */
export function actionSheet({ itemList, alertText, itemColor }) {
  return sheet((done) => [
    alertText && h('p', { class: 'sheet-note' }, alertText),
    ...itemList.map((item, index) => h('button', { class: 'sheet-item', style: itemColor ? `color:${itemColor}` : null, onclick: () => done(index) }, item)),
    h('button', { class: 'sheet-item sheet-cancel', onclick: () => done(null) }, say('取消', 'Cancel')),
  ], say('请选择', 'Choose'))
}

/** Show a picker of one column; resolves with the index, or null. */
export function pick(names, chosen) {
  return sheet((done) => {
    let index = chosen
    const list = h('div', { class: 'picker', role: 'listbox' })
    const draw = () => list.replaceChildren(...names.map((name, n) => h('button', { role: 'option', 'aria-selected': String(n === index), onclick: () => { index = n; draw() } }, name)))
    draw()
    return [
      h('div', { class: 'picker-head' }, h('button', { onclick: () => done(null) }, say('取消', 'Cancel')), h('button', { class: 'strong', onclick: () => done(index) }, say('确定', 'Done'))),
      list,
    ]
  }, say('请选择', 'Choose'))
}

/** Show a sheet that comes from below; `content(done)` returns its nodes, and done(value) ends it. */
export const sheet = (content, label) =>
  asked((done) => h('div', { class: 'sheet', role: 'dialog', 'aria-modal': 'true', 'aria-label': label }, ...content(done).filter(Boolean)), 'bottom')

/** Show a page over the whole phone; `content(done)` as in `sheet`. */
export const page = (content, label) =>
  asked((done) => h('div', { class: 'page', role: 'dialog', 'aria-modal': 'true', 'aria-label': label }, ...content(done).filter(Boolean)), 'full')

function asked(draw, place) {
  return new Promise((resolve) => {
    const layer = h('div', { class: `layer ${place}` })
    document.getElementById('status').classList.toggle('plain', place === 'full')
    const done = (value) => {
      layer.remove()
      document.getElementById('status').classList.toggle('plain', Boolean(over().querySelector('.full')))
      resolve(value)
    }
    layer.append(draw(done))
    over().append(layer)
    const dialog = layer.firstElementChild
    dialog.tabIndex = -1
    ;(dialog.querySelector('input, textarea') ?? dialog).focus({ preventScroll: true })
  })
}
