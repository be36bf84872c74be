// What a user writes and chooses with: input, textarea, switch, checkbox, radio, picker, label, form.

import { pressable } from './define.js'

const FIELD = {
  value: String, placeholder: String, placeholderClass: String, placeholderStyle: String, disabled: Boolean,
  maxlength: { type: Number, value: 140 }, focus: Boolean, cursorSpacing: Number, cursor: Number,
  adjustPosition: Boolean, holdKeyboard: Boolean, confirmType: String, confirmHold: Boolean, alwaysEmbed: Boolean,
}

/** `host` is the phone: its pickers are sheets. */
export const forms = (host) => ({
  input: field('input', { ...FIELD, type: { type: String, value: 'text' }, password: Boolean }),
  textarea: field('textarea', { ...FIELD, autoHeight: Boolean, fixed: Boolean, showConfirmBar: Boolean, disableDefaultPadding: Boolean }),
  switch: { properties: { checked: Boolean, disabled: Boolean, color: String, type: String }, ...checkable('switch') },
  checkbox: { properties: { value: String, checked: Boolean, disabled: Boolean, color: String }, ...checkable('checkbox') },
  'checkbox-group': { methods: { changed() { this.triggerEvent('change', { value: valuesIn(this, 'checkbox') }) } } },
  radio: { properties: { value: String, checked: Boolean, disabled: Boolean, color: String }, ...checkable('radio') },
  'radio-group': { methods: { changed() { this.triggerEvent('change', { value: valuesIn(this, 'radio')[0] ?? '' }) } } },
  label: { properties: { for: String }, attached() { forwardTaps(this) } },
  form: { properties: { reportSubmit: Boolean }, methods: { submit() { this.triggerEvent('submit', { value: valuesOf(this) }) } } },
  picker: {
    properties: { mode: { type: String, value: 'selector' }, range: Array, rangeKey: String, value: null, disabled: Boolean, headerText: String },
    attached() {
      pressable(this)
      this.addListener('tap', () => { if (!this.data.disabled) pick(this, host) })
    },
  },
})

function field(tag, properties) {
  return {
    properties,
    attached() {
      const inner = document.createElement(tag)
      this.inner = inner
      this.$$.append(inner)
      let composing = false
      const tell = (name) => this.triggerEvent(name, { value: inner.value, cursor: inner.selectionStart ?? 0 })
      const typed = () => {
        this.setData({ value: inner.value })
        tell('input')
      }
      const on = (name, work) => inner.addEventListener(name, (event) => { event.stopPropagation(); work(event) })
      on('compositionstart', () => { composing = true })
      on('compositionend', () => { composing = false; typed() })
      on('input', () => { if (!composing) typed() })
      on('focus', () => tell('focus'))
      on('blur', () => tell('blur'))
      on('change', () => {})
      on('keydown', (event) => { if (event.key === 'Enter' && tag === 'input' && !composing) tell('confirm') })
      apply(this)
    },
    observers: {
      value(value) {
        // writing back what was just typed would move the cursor
        if (this.inner && this.inner.value !== (value ?? '')) this.inner.value = value ?? ''
      },
      // the label belongs to what takes the focus, not to its host
      ariaLabel() { apply(this) },
      'placeholder, disabled, maxlength, type, password, focus': function changed() { apply(this) },
    },
  }
}

const MODES = { number: 'numeric', digit: 'decimal', idcard: 'text', tel: 'tel', text: 'text' }

function apply({ inner, data }) {
  if (!inner) return
  inner.placeholder = data.placeholder ?? ''
  inner.setAttribute('aria-label', data.ariaLabel || data.placeholder || '')
  inner.disabled = data.disabled
  if (data.maxlength >= 0) inner.maxLength = data.maxlength
  inner.inputMode = MODES[data.type] ?? 'text'
  if (inner.tagName === 'INPUT') inner.type = data.password ? 'password' : 'text'
  if (inner.value !== (data.value ?? '')) inner.value = data.value ?? ''
  if (data.focus) inner.focus()
}

function checkable(kind) {
  return {
    attached() {
      pressable(this, kind)
      mark(this)
      this.addListener('tap', () => toggle(this, kind))
    },
    observers: { checked() { mark(this) } },
  }
}

function mark({ $$: host, data }) {
  host.toggleAttribute('data-checked', data.checked)
  host.setAttribute('aria-checked', String(data.checked))
}

function toggle(component, kind) {
  if (component.data.disabled) return
  if (kind === 'radio') for (const other of within(group(component, kind), kind)) other.setData({ checked: false })
  component.setData({ checked: kind === 'radio' || !component.data.checked })
  if (kind === 'switch') component.triggerEvent('change', { value: component.data.checked })
  else group(component, kind)?.changed()
}

const group = (component, kind) => component.$$.closest(`wx-${kind}-group`)?.__wxElement

const within = (holder, kind) =>
  holder ? [...holder.$$.querySelectorAll(`wx-${kind}`)].map((node) => node.__wxElement) : []

const valuesIn = (holder, kind) =>
  within(holder, kind).filter((each) => each.data.checked).map((each) => each.data.value)

function valuesOf(form) {
  const named = [...form.$$.querySelectorAll('wx-input,wx-textarea,wx-switch,wx-checkbox-group,wx-radio-group,wx-picker')]
  const pairs = named.map((node) => node.__wxElement).filter((each) => each.data.name).map((each) => [each.data.name, valueOf(each)])
  return Object.fromEntries(pairs)
}

function valueOf(component) {
  const tag = component.is.replace('wx/', '')
  if (tag === 'switch') return component.data.checked
  if (tag === 'checkbox-group') return valuesIn(component, 'checkbox')
  if (tag === 'radio-group') return valuesIn(component, 'radio')[0] ?? ''
  return component.data.value
}

/** A tap on a label is a tap on what it labels. */
function forwardTaps(label) {
  label.addListener('tap', (event) => {
    const wanted = label.data.for
    const found = wanted ? document.querySelector(`[id$="--${wanted}"]`) : label.$$.querySelector('wx-checkbox,wx-radio,wx-switch,wx-input')
    const target = event.getOriginalEvent()?.target
    if (!found || found.contains(target)) return
    if (found.matches('wx-input')) found.__wxElement.inner.focus()
    else toggle(found.__wxElement, found.__wxElement.is.replace('wx/', ''))
  })
}

async function pick(component, host) {
  const { mode, range, rangeKey, value } = component.data
  if (mode !== 'selector') throw new Error(`picker mode="${mode}" 在手机里没有模拟`)
  const names = range.map((each) => String(rangeKey ? each[rangeKey] : each))
  const chosen = await host.pick(names, Number(value) || 0)
  if (chosen === null) component.triggerEvent('cancel', {})
  else component.triggerEvent('change', { value: chosen })
}
