// WXSS to CSS: imports inlined, rpx computed by the browser, WeChat's tags renamed, pages kept apart by @scope.

import { resolve } from './paths.js'

/** Return `text` with every rpx as a multiple of a 750th of the screen's width. */
export const rpx = (text) => text.replace(/(-?\d*\.?\d+)rpx\b/g, 'calc(var(--rpx) * $1)')

/** Inline the @import rules of the file at `path`; `load` reads a file. */
export async function inlined(path, load, seen = new Set()) {
  if (seen.has(path)) return ''
  seen.add(path)
  const text = uncommented(await load(path))
  let whole = ''
  let rest = 0
  for (const found of text.matchAll(/@import\s+(?:url\()?['"]([^'"]+)['"]\)?\s*;/g)) {
    whole += text.slice(rest, found.index) + (await inlined(resolve(found[1], path), load, seen))
    rest = found.index + found[0].length
  }
  return whole + text.slice(rest)
}

const uncommented = (text) => text.replace(/\/\*[\s\S]*?\*\//g, '')

/** Return the CSS of a page (or of the whole app, when there is no route): it reaches no other page. */
export function pageCss(text, route = '') {
  const root = route ? `wx-page[data-route="${route}"]` : 'wx-page'
  const { rules, frames } = rewritten(rpx(text), { prefix: '', host: ':scope' })
  return `${frames}@scope (${root}) {\n${rules}}\n`
}

/** Return the CSS of a component, whose classes the framework prefixes. */
export function componentCss(text, path, prefix) {
  const { rules, frames } = rewritten(rpx(text), { prefix: `${prefix}--`, host: `[data-is="${path}"]` })
  return frames + rules
}

/** Walk the rules of a style sheet: selectors are rewritten, keyframes and fonts set apart as they are. */
function rewritten(text, names) {
  let rules = ''
  let frames = ''
  let at = 0
  while (at < text.length) {
    const open = text.indexOf('{', at)
    if (open < 0) break
    const close = closing(text, open)
    const prelude = text.slice(at, open).trim()
    const body = text.slice(open + 1, close)
    at = close + 1
    if (/^@(-webkit-)?(keyframes|font-face)/.test(prelude)) frames += `${prelude} {${body}}\n`
    else if (prelude.startsWith('@')) {
      const inner = rewritten(body, names)
      rules += `${prelude} {\n${inner.rules}}\n`
      frames += inner.frames
    } else rules += `${selectors(prelude, names)} {${body}}\n`
  }
  return { rules, frames }
}

function closing(text, open) {
  let depth = 0
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1
    if (text[at] === '}') depth -= 1
    if (depth === 0) return at
  }
  throw new Error(`样式缺少 }：${text.slice(open, open + 60)}`)
}

const PIECES =
  /(\[[^\]]*\])|(:nth-[\w-]+\([^)]*\))|(:host\b)|(::?[\w-]+)|\.([\w-]+)|#([\w-]+)|((?<![\w-])[a-zA-Z][\w-]*)/g

function selectors(prelude, { prefix, host }) {
  return prelude.replace(PIECES, (whole, attribute, nth, isHost, pseudo, name, id, tag) => {
    if (isHost) return host
    if (name) return `.${prefix}${name}`
    if (id) return `[id$="--${id}"]`
    if (tag) return tag === 'page' ? host : `wx-${tag}`
    return whole
  })
}
