// Texts of the Official Account: links that say something, open a Mini Program's page, or lead to the web.

import { h } from '../shared/dom.js'

const LINK = /<a\s+([^>]*)>([\s\S]*?)<\/a>/g

/** Return the text without its links' marks. */
export const plainText = (text) => text.replace(LINK, '$2')

/** Return the pieces of a text; `deeds` are what its links may do. */
export function rich(text, deeds) {
  const pieces = []
  let at = 0
  for (const found of text.matchAll(LINK)) {
    pieces.push(text.slice(at, found.index), link(attributes(found[1]), found[2], deeds))
    at = found.index + found[0].length
  }
  return [...pieces, text.slice(at)]
}

const attributes = (text) =>
  Object.fromEntries([...text.matchAll(/([\w-]+)\s*=\s*["']([^"']*)["']/g)].map(([, name, value]) => [name, value]))

function link(given, label, { say, openApp }) {
  const address = given.href ?? ''
  if (address.startsWith('weixin://bizmsgmenu')) {
    const asked = new URLSearchParams(address.split('?')[1])
    const id = asked.get('msgmenuid')
    return h('button', { class: 'link', onclick: () => say(asked.get('msgmenucontent') ?? label, id ? { bizmsgmenuid: id } : {}) }, label)
  }
  const path = given['data-miniprogram-path']
  if (path) {
    const [page, search = ''] = path.split('?')
    const launch = { path: page.replace(/^\//, ''), query: Object.fromEntries(new URLSearchParams(search)), scene: 1043 }
    return h('button', { class: 'link', onclick: () => openApp(launch) }, label)
  }
  return h('span', { class: 'link', title: address }, label)
}
