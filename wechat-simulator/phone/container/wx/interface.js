// What the Mini Program shows over its pages and in the phone's bars.

import { asGesture } from '../events.js'
import { NavigationError } from '../pages.js'
import { pullDown, stopPullDown } from '../page_scroll.js'
import { CallError, answers } from './calls.js'

/** Return the calls about the screen. */
export const screen = (runtime) => {
  const { host } = runtime
  const top = () => runtime.pages.top
  const bar = (change) => {
    const entry = top()
    Object.assign(entry.bar, change)
    runtime.pages.show(entry)
  }
  return {
    ...answers({
      showToast: ({ title, icon = 'success', duration = 1500, mask, image }) => host.toast({ title, icon, duration, mask, image }),
      hideToast: () => host.hideToast(),
      showLoading: ({ title, mask }) => host.toast({ title, icon: 'loading', duration: Infinity, mask }),
      hideLoading: () => host.hideToast(),
      showModal: async (options) => {
        const answer = await host.modal(options)
        asGesture(() => {})
        return answer
      },
      showActionSheet: async (options) => {
        const tapIndex = await host.actionSheet(options)
        if (tapIndex === null) throw new CallError('cancel')
        return { tapIndex }
      },
      setNavigationBarTitle: ({ title }) => bar({ navigationBarTitleText: title }),
      setNavigationBarColor: ({ frontColor, backgroundColor }) =>
        bar({ navigationBarTextStyle: frontColor === '#ffffff' ? 'white' : 'black', navigationBarBackgroundColor: backgroundColor }),
      showNavigationBarLoading: () => bar({ loading: true }),
      hideNavigationBarLoading: () => bar({ loading: false }),
      setTabBarBadge: ({ index, text }) => host.badge(index, text),
      removeTabBarBadge: ({ index }) => host.badge(index, ''),
      showTabBarRedDot: ({ index }) => host.badge(index, '•'),
      hideTabBarRedDot: ({ index }) => host.badge(index, ''),
      setTabBarItem: ({ index, text, iconPath, selectedIconPath }) => {
        const given = { text, iconPath, selectedIconPath }
        const known = Object.entries(given).filter(([, value]) => value !== undefined)
        Object.assign(runtime.app.tabBar.list[index], Object.fromEntries(known))
        runtime.pages.show(top())
      },
      startPullDownRefresh: () => pullDown(top().host, top().page),
      stopPullDownRefresh: () => stopPullDown(top().host),
      pageScrollTo: ({ scrollTop = 0, selector }) => {
        const found = selector && top().component.shadowRoot.querySelector(selector)
        if (found) found.$$.scrollIntoView()
        else top().host.scrollTop = scrollTop
      },
      hideKeyboard: () => document.activeElement?.blur(),
      setBackgroundColor: () => {},
      setBackgroundTextStyle: () => {},
    }),
    createSelectorQuery: () => top().page.createSelectorQuery(),
    createIntersectionObserver: (component, options) => component.createIntersectionObserver(options),
    nextTick: (work) => queueMicrotask(work),
  }
}

/** Return the calls that lead from page to page. */
export const navigation = (runtime) => {
  const go = (name) => ({ url }) => {
    try {
      runtime.pages[name](url)
    } catch (error) {
      if (!(error instanceof NavigationError)) runtime.report(error)
      throw new CallError(error.message)
    }
  }
  return answers({
    navigateTo: go('navigateTo'),
    redirectTo: go('redirectTo'),
    switchTab: go('switchTab'),
    reLaunch: go('reLaunch'),
    navigateBack: ({ delta = 1 }) => runtime.pages.navigateBack(delta),
    exitMiniProgram: () => runtime.host.close(),
  })
}
