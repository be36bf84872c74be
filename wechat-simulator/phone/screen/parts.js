// Pieces every screen of WeChat is made of: cells, groups, faces, buttons.

import { h, icon } from '../shared/dom.js'

/** Return a group of cells under a small heading. */
export const group = (heading, ...cells) =>
  h('div', { class: 'group' }, heading && h('h2', { class: 'group-title' }, heading), h('div', { class: 'cells' }, ...cells))

/** Return a cell: a label, a value at its right, and what a tap does. */
export function cell({ label, hint, value, onclick, face, badge, strong }) {
  const children = [
    face,
    h('span', { class: 'cell-main' }, h('span', { class: 'cell-label' }, label), hint && h('span', { class: 'cell-hint' }, hint)),
    value && h('span', { class: `cell-value${strong ? ' strong' : ''}` }, value),
    badge ? h('b', { class: 'badge' }, badge) : null,
    onclick && icon('next', 16),
  ]
  return onclick ? h('button', { class: 'cell', onclick }, ...children) : h('div', { class: 'cell' }, ...children)
}

const TINTS = ['#576b95', '#07c160', '#10aeff', '#fa9d3b', '#91c5c5', '#6467f0', '#ca6a6a']

/** Return a picture for a person or an account: its first character on a colour of its own. */
export function face(name, kind = '') {
  const tint = TINTS[[...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % TINTS.length]
  return h('span', { class: `face ${kind}`, style: `background:${tint}`, 'aria-hidden': 'true' }, [...name][0] ?? '?')
}

/** Return a coloured square with an icon, for WeChat's own services. */
export const emblem = (name, color) =>
  h('span', { class: 'face emblem', style: `background:${color}`, 'aria-hidden': 'true' }, icon(name))

/** Return WeChat's wide button; `kind` is primary, plain or warn. */
export const button = (label, onclick, kind = 'primary') => h('button', { class: `wide ${kind}`, onclick }, label)

/** Return a table of terms on one of WeChat's pages. */
export const terms = (rows) =>
  h('dl', { class: 'terms' }, rows.filter(([, value]) => value).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]))
