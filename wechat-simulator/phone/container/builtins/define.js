// How a component that WeChat has built in is defined: a host node, reflected properties, and a slot.

/** Properties every component understands; the name of each is the attribute it becomes. */
const COMMON = {
  ariaLabel: 'aria-label',
  ariaRole: 'role',
  ariaHidden: 'aria-hidden',
  ariaChecked: 'aria-checked',
  ariaDisabled: 'aria-disabled',
  ariaExpanded: 'aria-expanded',
  ariaLive: 'aria-live',
  ariaLevel: 'aria-level',
  ariaLabelledby: 'aria-labelledby',
  ariaDescribedby: 'aria-describedby',
}

/**
 * What a built-in component adds to the common part; `this` of the functions is the component.
 * @typedef {object} Builtin
 * @property {Record<string, any>} [properties] types, as in Component()
 * @property {Record<string, (this: any, value: any) => void>} [observers] by property
 * @property {(this: any) => void} [attached]
 * @property {Record<string, Function>} [methods]
 * @property {string} [template] WXML; a slot unless given
 */

/** Return the definition of `tag` for the framework. */
export function definition(tag, { properties = {}, observers = {}, attached, methods = {} }, template) {
  return {
    is: `wx/${tag}`,
    template,
    properties: {
      ...Object.fromEntries(Object.keys(COMMON).map((name) => [name, String])),
      hidden: Boolean,
      name: String,
      animation: null,
      hoverClass: { type: String, value: 'none' },
      hoverStopPropagation: Boolean,
      hoverStartTime: Number,
      hoverStayTime: Number,
      ...properties,
    },
    observers: { ...reflected(), ...observers },
    lifetimes: {
      attached() {
        if (this.data.hoverClass !== 'none') hover(this)
        attached?.call(this)
      },
    },
    methods,
  }
}

function reflected() {
  const pairs = Object.entries(COMMON).map(([name, attribute]) => [
    name,
    function reflect(value) {
      if (value) this.$$.setAttribute(attribute, value)
      else this.$$.removeAttribute(attribute)
    },
  ])
  return {
    ...Object.fromEntries(pairs),
    hidden(value) { this.$$.toggleAttribute('hidden', Boolean(value)) },
  }
}

/** Show the pressed look while a finger is down. */
function hover(component) {
  const host = component.$$
  const name = () => component.data.hoverClass
  const begin = (event) => {
    if (host.dataset.disabled === undefined && name() !== 'none') component.classList.toggle(name(), true)
    if (component.data.hoverStopPropagation) event.stopPropagation()
  }
  const end = () => component.classList.toggle(name(), false)
  host.addEventListener('pointerdown', begin)
  for (const type of ['pointerup', 'pointercancel', 'pointerleave']) host.addEventListener(type, end)
}

/** Make a host reachable by keyboard: Enter and space are a tap. */
export function pressable(component, role = 'button') {
  const host = component.$$
  if (!host.hasAttribute('role')) host.setAttribute('role', role)
  host.tabIndex = 0
  host.addEventListener('keydown', (event) => {
    if (event.target !== host || (event.key !== 'Enter' && event.key !== ' ')) return
    event.preventDefault()
    const { left, top } = host.getBoundingClientRect()
    const at = { bubbles: true, clientX: left + 1, clientY: top + 1 }
    host.dispatchEvent(new MouseEvent('mousedown', at))
    host.dispatchEvent(new MouseEvent('mouseup', at))
  })
}
