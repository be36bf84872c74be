// The object `wx`, put together from its parts; what is not here is undefined, as in an older WeChat.

import { account } from './account.js'
import { device } from './device.js'
import { navigation, screen } from './interface.js'
import { network } from './network.js'
import { storage } from './storage.js'

/** Return `wx` for one running Mini Program. */
export function makeWx(runtime) {
  runtime.wx = {
    ...account(runtime),
    ...device(runtime),
    ...network(runtime),
    ...screen(runtime),
    ...navigation(runtime),
    ...storage(runtime),
  }
  return runtime.wx
}
