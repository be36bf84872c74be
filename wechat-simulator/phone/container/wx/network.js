// wx.request: passed on to the Mini Program's own server by the simulator, so that no origin has to be allowed.

import { CallError, answers } from './calls.js'

const LIMIT_MS = 60000

/** Return the calls about the network. */
export const network = ({ host, networkListeners }) => ({
  request: (options) => request(options, host),
  ...answers({
    getNetworkType: () => ({ networkType: host.online() ? 'wifi' : 'none', isConnected: host.online() }),
  }),
  onNetworkStatusChange: (tell) => networkListeners.add(tell),
  offNetworkStatusChange: (tell) => (tell ? networkListeners.delete(tell) : networkListeners.clear()),
})

function request(options, host) {
  const cut = new AbortController()
  const { success, fail, complete, timeout = LIMIT_MS } = options
  let cause = 'abort'
  const timer = setTimeout(() => { cause = 'timeout'; cut.abort() }, timeout)
  send(options, cut.signal, host)
    .then((answer) => { success?.(answer); complete?.(answer) })
    .catch((error) => {
      const reason = cut.signal.aborted ? cause : error.message
      const failed = { errMsg: `request:fail ${reason}`, errno: cut.signal.aborted ? 5 : 600001 }
      fail?.(failed)
      complete?.(failed)
    })
    .finally(() => clearTimeout(timer))
  return { abort: () => cut.abort(), onHeadersReceived() {}, offHeadersReceived() {}, onChunkReceived() {} }
}

async function send({ url, data, header = {}, method = 'GET', dataType = 'json', responseType = 'text' }, signal, host) {
  if (!host.online()) throw new CallError('网络不可用')
  const headers = new Headers(header)
  const { address, body } = written(url, data, method, headers)
  const answer = await fetch(address, { method, headers, body, signal, credentials: 'omit', referrerPolicy: 'no-referrer' })
  return {
    data: await read(answer, dataType, responseType),
    statusCode: answer.status,
    header: Object.fromEntries(answer.headers),
    cookies: [],
    errMsg: 'request:ok',
  }
}

function written(url, data, method, headers) {
  const asked = new URL(url)
  const address = `/phone/product${asked.pathname}${asked.search}`
  if (data === undefined || data === null) return { address }
  if (method === 'GET' || method === 'HEAD') {
    const more = new URLSearchParams(data).toString()
    return { address: more ? `${address}${asked.search ? '&' : '?'}${more}` : address }
  }
  if (!headers.has('content-type')) headers.set('content-type', 'application/json')
  const isForm = headers.get('content-type').includes('form-urlencoded')
  if (typeof data === 'string' || data instanceof ArrayBuffer) return { address, body: data }
  return { address, body: isForm ? new URLSearchParams(data).toString() : JSON.stringify(data) }
}

async function read(answer, dataType, responseType) {
  if (responseType === 'arraybuffer') return answer.arrayBuffer()
  const text = await answer.text()
  if (dataType !== 'json') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
