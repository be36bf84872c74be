// The screens of WeChat, one over the other; a screen draws itself anew when something changed.

import { h, icon } from '../shared/dom.js'
import { say } from '../shared/words.js'
import { phone } from './phone.js'

const stage = () => document.getElementById('stage')
const stack = []

/**
 * A screen: `draw()` returns its content.
 * @typedef {{name: string, title: string, draw: () => (Node|string)[], bare?: boolean, live?: boolean,
 *   left?: () => void, foot?: () => Node, onLeave?: () => void}} Screen
 */

/** Put a screen over the present one. */
export function push(screen) {
  const body = h('div', { class: 'scroll' })
  const element = h('section', { class: `screen screen-${screen.name}`, 'aria-label': screen.title })
  const entry = { screen, element, body }
  stack.push(entry)
  if (!screen.bare) element.append(bar(entry))
  element.append(body)
  if (screen.foot) element.append(screen.foot())
  redraw(entry)
  stage().append(element)
  return entry
}

/** Go back to the screen below. */
export function pop() {
  if (stack.length < 2) return
  const entry = stack.pop()
  entry.screen.onLeave?.()
  entry.element.remove()
  redraw(stack.at(-1))
}

/** Begin again with one screen. */
export function restart(screen) {
  for (const entry of stack.splice(0)) {
    entry.screen.onLeave?.()
    entry.element.remove()
  }
  push(screen)
}

/** Draw the screen in front again, as when the user did something on it. */
export const refresh = () => redraw(stack.at(-1))

/** Return the name of the screen in front. */
export const front = () => stack.at(-1)?.screen.name

function redraw(entry) {
  if (!entry?.screen.draw) return
  const { scrollTop } = entry.body
  entry.body.replaceChildren(...entry.screen.draw())
  entry.body.scrollTop = entry.screen.live ? entry.body.scrollHeight : scrollTop
}

function bar({ screen }) {
  const back = stack.length > 1
  return h(
    'header',
    { class: 'bar' },
    back && h('button', { class: 'bar-back', 'aria-label': say('返回', 'Back'), onclick: screen.left ?? pop }, icon('back')),
    h('h1', {}, screen.title),
  )
}

phone.listeners.add((changed) => {
  if (changed) redraw(stack.at(-1))
})
