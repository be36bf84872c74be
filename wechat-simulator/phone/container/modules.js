// The Mini Program's JavaScript: one function a file, with the names WeChat gives it and without window and document.

import { resolve } from './paths.js'
import { read } from './source.js'

const REQUIRE = /\brequire\(\s*(['"])([^'"]+)\1\s*\)/g
const HIDDEN = ['window', 'document', 'parent', 'top', 'self', 'fetch', 'XMLHttpRequest', 'localStorage']

/** All files of a Mini Program; each runs once, when it is first required. */
export class Modules {
  /** `globals(path)` gives what stands in the scope of the file at `path`. */
  constructor(globals) {
    this.globals = globals
    this.texts = new Map()
    this.loaded = new Map()
  }

  /** Read a file and whatever it requires, so that require can answer at once. */
  async prefetch(path) {
    if (this.texts.has(path)) return
    this.texts.set(path, '')
    const text = await read(`${path}.js`)
    this.texts.set(path, text)
    const wanted = [...text.matchAll(REQUIRE)].map((found) => plain(found[2], path))
    await Promise.all(wanted.map((each) => this.prefetch(each)))
  }

  /** Run the file at `path` unless it ran before; return what it exports. */
  run(path) {
    const known = this.loaded.get(path)
    if (known) return known.exports
    const text = this.texts.get(path)
    if (text === undefined) throw new Error(`没有找到模块 ${path}.js（require 的参数须是字面量）`)
    const module = { exports: {} }
    this.loaded.set(path, module)
    const scope = {
      ...Object.fromEntries(HIDDEN.map((name) => [name, undefined])),
      ...this.globals(path),
      module,
      exports: module.exports,
      require: (wanted) => this.run(plain(wanted, path)),
    }
    const source = `'use strict';${text}\n//# sourceURL=miniprogram/${path}.js`
    new Function(...Object.keys(scope), source).apply(undefined, Object.values(scope))
    return module.exports
  }
}

const plain = (wanted, from) => resolve(wanted, from).replace(/\.js$/, '')
