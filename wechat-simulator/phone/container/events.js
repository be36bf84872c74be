// From the DOM's events to the framework's: touches as WeChat gives them, tap, longpress, and what a tap allows.

import { Element, Event } from 'glass-easel'

const LONG_PRESS_MS = 350
const MOVED_PX = 10

/** Whether code runs because of a tap: some calls of WeChat are refused otherwise. */
export const gesture = { active: false }

/** Keep the gesture while `work` runs and until its microtasks are done. */
export function asGesture(work) {
  gesture.active = true
  try {
    return work()
  } finally {
    setTimeout(() => { gesture.active = false })
  }
}

/** Let the framework's nodes hear what happens in the DOM. */
export function listen(backend) {
  addOffsets()
  const press = watchLongPress((target, detail, original) => {
    if (!listens(target, 'longpress')) return false
    dispatch(target, 'longpress', detail, { originalEvent: original, bubbles: true, composed: true, capturePhase: true })
    return true
  })
  backend.onEvent((target, type, detail, options) => {
    if (type === 'tap' && (press.consumed() || isDisabled(options.originalEvent))) return undefined
    if (type !== 'tap') return dispatch(target, type, detail, options)
    return asGesture(() => dispatch(target, type, detail, options))
  })
}

function dispatch(target, type, detail, options) {
  const fields = touchesOf(options.originalEvent)
  const event = new Event(type, detail, { ...options, extraFields: fields })
  Event.dispatchEvent(target, event)
  return event.getEventBubbleStatus()
}

function touchesOf(original) {
  if (!original) return {}
  if (original.touches) return { touches: [...original.touches].map(point), changedTouches: [...original.changedTouches].map(point) }
  if (original.clientX === undefined) return {}
  const touch = point({ identifier: 0, ...positions(original) })
  return { touches: original.type === 'mouseup' ? [] : [touch], changedTouches: [touch] }
}

const positions = ({ clientX, clientY, pageX, pageY }) => ({ clientX, clientY, pageX, pageY })

const point = (touch) => ({ identifier: touch.identifier, ...positions(touch) })

/** A disabled button swallows taps, as WeChat's does. */
const isDisabled = (original) => Boolean(original?.target?.closest?.('wx-button[data-disabled]'))

function listens(target, type) {
  for (let node = target; node; node = node.parentNode ?? node.ownerShadowRoot?.getHostNode()) {
    if (node._$eventTarget?.listeners?.[type]) return true
  }
  return false
}

function watchLongPress(fire) {
  let timer
  let begun
  let consumed = false
  const begin = (original, at) => {
    consumed = false
    begun = at
    clearTimeout(timer)
    const host = original.target.closest?.('[data-is]')
    timer = setTimeout(() => {
      consumed = Boolean(host?.__wxElement) && fire(host.__wxElement, { x: at.clientX, y: at.clientY }, original)
    }, LONG_PRESS_MS)
  }
  const moved = (at) => {
    const far = begun && Math.hypot(at.clientX - begun.clientX, at.clientY - begun.clientY) > MOVED_PX
    if (far) clearTimeout(timer)
  }
  const end = () => clearTimeout(timer)
  const on = (name, work) => document.addEventListener(name, work, { capture: true, passive: true })
  on('touchstart', (original) => begin(original, original.touches[0]))
  on('mousedown', (original) => begin(original, original))
  on('touchmove', (original) => moved(original.touches[0]))
  on('mousemove', moved)
  for (const name of ['touchend', 'touchcancel', 'mouseup']) on(name, end)
  return { consumed: () => consumed }
}

/** Give event targets the offsets they have in WeChat. */
function addOffsets() {
  for (const name of ['offsetLeft', 'offsetTop']) {
    Object.defineProperty(Element.prototype, name, {
      get() { return this.$$?.[name] },
      configurable: true,
    })
  }
}
