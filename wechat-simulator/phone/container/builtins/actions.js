// What leads somewhere else: button with its open types, navigator.

import { asGesture } from '../events.js'
import { pressable } from './define.js'

/** `wx` are the Mini Program's own calls, `host` is the phone. */
export const actions = (wx, host) => ({
  button: {
    properties: {
      size: { type: String, value: 'default' }, type: { type: String, value: 'default' }, plain: Boolean,
      disabled: Boolean, loading: Boolean, formType: String, openType: String, sessionFrom: String,
      sendMessageTitle: String, sendMessagePath: String, sendMessageImg: String, showMessageCard: Boolean,
      lang: String, appParameter: String, phoneNumberNoQuotaToast: Boolean,
      hoverClass: { type: String, value: 'button-hover' },
    },
    attached() {
      pressable(this)
      look(this)
      this.addListener('tap', () => act(this, host))
    },
    observers: { 'size, type, plain, disabled, loading': function changed() { look(this) } },
  },
  navigator: {
    properties: { url: String, openType: { type: String, value: 'navigate' }, delta: { type: Number, value: 1 }, target: String },
    attached() {
      pressable(this, 'link')
      this.addListener('tap', () => travel(this.data, wx))
    },
  },
})

function look({ $$: host, data }) {
  host.dataset.type = data.type
  host.dataset.size = data.size
  host.toggleAttribute('data-plain', data.plain)
  host.toggleAttribute('data-loading', data.loading)
  host.toggleAttribute('data-disabled', data.disabled)
  host.setAttribute('aria-disabled', String(data.disabled))
}

async function act(component, host) {
  const { formType, openType, sessionFrom } = component.data
  if (formType === 'submit') component.$$.closest('wx-form')?.__wxElement.submit()
  if (openType === 'contact') {
    component.triggerEvent('contact', { path: '', query: {} })
    host.customerService(sessionFrom)
  }
  if (openType === 'share') host.share('button', component.dataset)
  if (openType === 'getPhoneNumber') component.triggerEvent('getphonenumber', await host.phoneNumber())
  if (openType === 'openSetting') host.openSettings()
  if (openType === 'agreePrivacyAuthorization') asGesture(() => component.triggerEvent('agreeprivacyauthorization', {}))
}

const TRAVELS = {
  navigate: 'navigateTo',
  redirect: 'redirectTo',
  switchTab: 'switchTab',
  reLaunch: 'reLaunch',
  navigateBack: 'navigateBack',
}

const travel = ({ url, openType, delta }, wx) => wx[TRAVELS[openType]]?.({ url, delta })
