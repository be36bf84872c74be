// Speaks to the server: logs in silently, once more when a session has ended, and tells failures apart.

const config = require('../config')
const { currentLanguage } = require('../texts/index')

const TOKEN = 'token'
const UNAUTHENTICATED = 401
const TIMEOUT_MS = 15000

/**
 * A request that did not succeed. `message` is a sentence for the learner; `code` is the server's, or `offline`,
 * or `unavailable` when what answered was not the server.
 */
class ApiError extends Error {
  /** @param {string} code @param {string} message @param {number} [status] @param {Record<string, unknown>} [detail] */
  constructor(code, message, status = 0, detail = {}) {
    super(message)
    this.code = code
    this.status = status
    this.detail = detail
  }
}

/** @type {Promise<string> | null} */
let loggingIn = null

/**
 * Make one request.
 * @param {'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'} method
 * @param {string} path
 * @param {{body?: object, query?: Record<string, string | number>, idempotencyKey?: string}} [more]
 * @returns {Promise<any>}
 */
async function call(method, path, more = {}) {
  const token = wx.getStorageSync(TOKEN) || (await logIn())
  try {
    return await send(method, path, token, more)
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== UNAUTHENTICATED) throw error
    return send(method, path, await logIn(), more)
  }
}

/** Trade a fresh code for a session; several pages asking at once share one. */
function logIn() {
  if (!loggingIn) loggingIn = newSession().finally(() => { loggingIn = null })
  return loggingIn
}

/** @returns {Promise<string>} */
async function newSession() {
  const { code } = await wx.login()
  const session = await send('POST', '/v1/sessions', '', { body: { code } })
  wx.setStorageSync(TOKEN, session.token)
  return session.token
}

/** Forget the session, as when a learner logs out or erases their data. */
function forget() {
  wx.removeStorageSync(TOKEN)
}

/**
 * @param {'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'} method
 * @param {string} path
 * @param {string} token
 * @param {{body?: object, query?: Record<string, string | number>, idempotencyKey?: string}} more
 * @returns {Promise<any>}
 */
function send(method, path, token, { body, query, idempotencyKey }) {
  /** @type {Record<string, string>} */
  const header = { 'content-type': 'application/json', 'accept-language': currentLanguage().replace('_', '-') }
  if (token) header.authorization = `Bearer ${token}`
  if (idempotencyKey) header['idempotency-key'] = idempotencyKey
  return new Promise((resolve, reject) => {
    wx.request({
      url: config.baseUrl + path + search(query),
      // wx.request knows PATCH only in its newest typings
      method: /** @type {any} */ (method),
      header,
      data: body,
      timeout: TIMEOUT_MS,
      success: ({ statusCode, data }) => {
        if (statusCode >= 200 && statusCode < 300) resolve(data)
        else reject(refused(statusCode, data))
      },
      fail: () => reject(new ApiError('offline', '')),
    })
  })
}

/** @param {Record<string, string | number>} [query] */
function search(query) {
  const pairs = Object.entries(query || {}).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return pairs.length ? `?${pairs.join('&')}` : ''
}

/** @param {number} status @param {any} data */
function refused(status, data) {
  const error = data && data.error
  if (!error || typeof error.message !== 'string') return new ApiError('unavailable', '', status)
  return new ApiError(error.code, error.message, status, error.detail)
}

module.exports = { ApiError, call, forget }
