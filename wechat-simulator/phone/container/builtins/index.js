// The list of components that WeChat has built in and the phone knows; any other tag is refused.

import { compileTexts } from '../templates.js'
import { actions } from './actions.js'
import { definition } from './define.js'
import { forms } from './forms.js'
import { layout } from './layout.js'

/** Define every built-in component in `space`; return their tags. */
export function defineBuiltins(space, { wx, host, base }) {
  const all = { ...layout(base), ...forms(host), ...actions(wx, host) }
  const template = compileTexts({ slot: '<slot/>' })('slot')
  for (const [tag, parts] of Object.entries(all)) {
    space.setGlobalUsingComponent(tag, space.defineComponent(definition(tag, parts, template)))
  }
  return Object.keys(all)
}
