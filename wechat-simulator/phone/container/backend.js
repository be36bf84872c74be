// Where the framework's nodes become DOM nodes: tags get WeChat's prefix, unknown ones are refused.

import { CurrentWindowBackendContext } from 'glass-easel'
import { rpx } from './wxss.js'

/** A tag that neither WeChat nor the Mini Program defines. */
export class UnknownTagError extends Error {}

/** The framework's DOM backend, which knows only the tags it is given. */
export class PhoneBackend extends CurrentWindowBackendContext {
  /** @param {Set<string>} known tags that may be created */
  constructor(known) {
    super()
    this.document = {
      createElement: (tag) => created(tag, known),
      createTextNode: (text) => document.createTextNode(text),
      createDocumentFragment: () => document.createDocumentFragment(),
    }
  }

  associateValue(element, node) {
    super.associateValue(element, node)
    if (node.is) element.dataset.is = node.is
  }
}

function created(tag, known) {
  if (!known.has(tag)) throw new UnknownTagError(`<${tag}> 不是内置组件，也没有在 usingComponents 里声明`)
  const element = document.createElement(`wx-${tag}`)
  const set = element.setAttribute.bind(element)
  element.setAttribute = (name, value) => set(name, name === 'style' ? rpx(String(value)) : value)
  return element
}
