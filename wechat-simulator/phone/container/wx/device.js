// The phone itself: its system, clipboard, calls, and what can be shared.

import { answers } from './calls.js'

/** Return the calls about the device. */
export function device(runtime) {
  const { host, themeListeners } = runtime
  const windowInfo = () => ({
    pixelRatio: window.devicePixelRatio,
    windowWidth: window.innerWidth,
    windowHeight: window.innerHeight,
    screenWidth: host.size().width,
    screenHeight: host.size().height,
    statusBarHeight: host.size().statusBar,
    safeArea: { left: 0, top: 0, right: window.innerWidth, bottom: window.innerHeight, width: window.innerWidth, height: window.innerHeight },
    screenTop: 0,
  })
  const base = () => ({ language: host.language(), theme: host.theme(), SDKVersion: '3.8.0', version: '8.0.60', host: { env: 'WeChat' }, enableDebug: false, fontSizeSetting: 17 })
  const deviceInfo = () => ({ brand: 'simulator', model: 'phone', system: 'iOS 18.0', platform: 'devtools', benchmarkLevel: 50 })
  const system = () => ({ ...deviceInfo(), ...windowInfo(), ...base() })
  return {
    env: { USER_DATA_PATH: 'http://usr' },
    getSystemInfoSync: system,
    getWindowInfo: windowInfo,
    getAppBaseInfo: base,
    getDeviceInfo: deviceInfo,
    getSystemSetting: () => ({ bluetoothEnabled: false, locationEnabled: false, wifiEnabled: true }),
    getMenuButtonBoundingClientRect: () => ({ width: 87, height: 32, top: 48, bottom: 80, left: 281, right: 368 }),
    getLaunchOptionsSync: () => runtime.launch,
    getEnterOptionsSync: () => runtime.launch,
    canIUse: (name) => Boolean(runtime.wx[name.split('.')[0]]),
    onThemeChange: (tell) => themeListeners.add(tell),
    offThemeChange: (tell) => (tell ? themeListeners.delete(tell) : themeListeners.clear()),
    onError() {},
    onUnhandledRejection() {},
    getUpdateManager: () => ({ onCheckForUpdate() {}, onUpdateReady() {}, onUpdateFailed() {}, applyUpdate() {} }),
    ...answers({
      getSystemInfo: system,
      setClipboardData: async ({ data }) => {
        await host.copy(String(data))
        host.toast({ title: '内容已复制', icon: 'none', duration: 1500 })
      },
      getClipboardData: () => ({ data: host.copied() }),
      makePhoneCall: ({ phoneNumber }) => host.call(phoneNumber),
      vibrateShort: () => {},
      showShareMenu: () => {},
      hideShareMenu: () => {},
      updateShareMenu: () => {},
      setKeepScreenOn: () => {},
    }),
  }
}
