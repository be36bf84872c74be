// Makes the wx call that an answer asks for, exactly as it says.

/**
 * @typedef {import('../typings/api').WxCall} WxCall
 */

/**
 * Make the call; resolves with whether WeChat let the learner through. What really happened is asked of the server:
 * a callback proves nothing.
 * @param {WxCall} wanted
 * @returns {Promise<boolean>}
 */
function make(wanted) {
  return new Promise((resolve) => {
    const answers = { success: () => resolve(true), fail: () => resolve(false) }
    if (wanted.api === 'requestPayment') {
      wx.requestPayment({ .../** @type {any} */ (wanted.params), ...answers })
    } else {
      wx.openBusinessView({ .../** @type {any} */ (wanted.params), ...answers })
    }
  })
}

module.exports = { make }
