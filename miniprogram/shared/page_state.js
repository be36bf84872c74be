// What a page shows while it has nothing: one place that turns a failure into a sentence and a way on.

const { ApiError } = require('../api/client')
const { texts } = require('../texts/index')

/** @param {unknown} error @returns {string} */
function sentence(error) {
  const t = texts()
  if (!(error instanceof ApiError)) console.error(error)
  if (error instanceof ApiError && error.message) return error.message
  return error instanceof ApiError && error.code === 'offline' ? t.offline : t.unavailable
}

/** @param {unknown} error */
const failed = (error) => ({ state: 'error', message: sentence(error), action: texts().retry })

/** @param {string} message @param {string} [action] */
const empty = (message, action = '') => ({ state: 'empty', message, action })

const loading = () => ({ state: 'loading', message: '', action: '' })

const none = () => ({ state: '', message: '', action: '' })

/** Say an error over what is there: what the server says wants to be read, a lost network only noticed. @param {unknown} error */
function tell(error) {
  wx.hideLoading()
  if (error instanceof ApiError && error.message) {
    wx.showModal({ content: error.message, showCancel: false, confirmText: texts().yes })
  } else {
    wx.showToast({ title: sentence(error), icon: 'none', duration: 3000 })
  }
}

module.exports = { empty, failed, loading, none, tell }
