// Who uses the phone, and what WeChat asks them: login, Pay Score's pages, the cashier, subscriptions.

import { gesture } from '../events.js'
import { CallError, answers } from './calls.js'

const TAP_ONLY = 'can only be invoked by user TAP gesture.'

/** Return the calls that leave the Mini Program for WeChat's own pages. */
export const account = ({ host }) => ({
  ...answers({
    login: async () => ({ code: await host.loginCode() }),
    checkSession: () => {},
    openBusinessView: async (options) => ({ extraData: await view(options, host) }),
    requestPayment: async (options) => {
      const outcome = await host.requestPayment(options)
      if (!outcome.paid) throw new CallError(outcome.reason)
      gesture.active = true
      setTimeout(() => { gesture.active = false })
    },
    requestSubscribeMessage: async ({ tmplIds }) => {
      if (!gesture.active) throw new CallError(TAP_ONLY, { errCode: 20004 })
      if (!Array.isArray(tmplIds) || !tmplIds.length) throw new CallError('TmplIds can not be empty', { errCode: 10001 })
      return host.subscribe(tmplIds)
    },
    getSetting: () => ({ authSetting: {}, subscriptionsSetting: { mainSwitch: true, itemSettings: {} } }),
    openSetting: () => host.openSettings(),
    getPrivacySetting: () => ({ needAuthorization: false, privacyContractName: '《小程序隐私保护指引》' }),
    requirePrivacyAuthorize: () => {},
    openPrivacyContract: () => host.modal({ title: '隐私保护指引', content: '正式版在这里显示微信后台填写的指引。', showCancel: false }),
    openCustomerServiceChat: () => host.customerService(''),
    navigateToMiniProgram: () => { throw new CallError('手机里只有这一个小程序') },
  }),
  getAccountInfoSync: () => ({ miniProgram: { appId: host.appid(), envVersion: 'develop', version: '' } }),
  onNeedPrivacyAuthorization() {},
})

async function view({ businessType, extraData }, host) {
  const outcome = await host.openBusinessView({ businessType, extraData })
  if (outcome.error) throw new CallError(outcome.error, { errCode: outcome.errCode })
  return outcome.extraData ?? {}
}
