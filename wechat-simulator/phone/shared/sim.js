// The simulator's control plane; nothing else is ever asked.

/** An answer that refuses; `errcode` is WeChat's where it has one. */
export class SimError extends Error {
  constructor(message, errcode) {
    super(message)
    this.errcode = errcode
  }
}

async function call(method, path, body) {
  const answer = await fetch(`/_sim${path}`, {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await answer.text()
  const plain = text ? JSON.parse(text) : null
  if (!answer.ok) throw new SimError(plain?.errmsg ?? String(answer.status), plain?.errcode)
  return plain
}

export const get = (path) => call('GET', path)
export const post = (path, body = {}) => call('POST', path, body)
export const remove = (path) => call('DELETE', path)

/** The simulated time; `now()` is right between two looks at it. */
export const clock = {
  held: Date.now(),
  seenAt: Date.now(),
  running: true,
  next: null,

  now() {
    return this.running ? this.held + (Date.now() - this.seenAt) : this.held
  },

  take({ now, running, next }) {
    this.held = Date.parse(now)
    this.seenAt = Date.now()
    this.running = running
    this.next = next
  },

  async look() {
    this.take(await get('/clock'))
  },
}
