// wx's storage: kept by the browser, apart for each user of the simulated world.

import { answers, CallError } from './calls.js'

/** Return the storage calls; `host.storagePrefix()` names the user and the app. */
export function storage({ host }) {
  const place = (key) => `${host.storagePrefix()}${key}`
  const get = (key) => {
    const kept = localStorage.getItem(place(key))
    return kept === null ? undefined : JSON.parse(kept)
  }
  const set = (key, data) => localStorage.setItem(place(key), JSON.stringify(data))
  const keys = () =>
    Object.keys(localStorage).filter((key) => key.startsWith(place(''))).map((key) => key.slice(place('').length))
  const info = () => ({ keys: keys(), currentSize: 1, limitSize: 10240 })
  const clear = () => keys().forEach((key) => localStorage.removeItem(place(key)))
  return {
    getStorageSync: (key) => get(key) ?? '',
    setStorageSync: set,
    removeStorageSync: (key) => localStorage.removeItem(place(key)),
    clearStorageSync: clear,
    getStorageInfoSync: info,
    ...answers({
      getStorage: ({ key }) => {
        const data = get(key)
        if (data === undefined) throw new CallError('data not found')
        return { data }
      },
      setStorage: ({ key, data }) => set(key, data),
      removeStorage: ({ key }) => localStorage.removeItem(place(key)),
      clearStorage: clear,
      getStorageInfo: info,
    }),
  }
}
