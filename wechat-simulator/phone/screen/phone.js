// Whose phone this is, what it has learned from the simulator, and how its screens are told of changes.

import { clock, get, post } from '../shared/sim.js'

const POLL_MS = 1000

/** The one phone of this page. */
export const phone = {
  user: null,
  apps: [],
  messages: [],
  wallet: { balance_fen: 0, services: [], plans: [], orders: [], bill: [] },
  about: { runs_miniprograms: false },
  online: true,
  listeners: new Set(),

  /** Take the phone into the hands of a user. */
  async unlock(userId) {
    const [user, { apps }, about] = await Promise.all([get(`/users/${userId}`), get('/apps'), get('/phone')])
    Object.assign(this, { user, apps, about })
    await this.look()
    setInterval(() => this.look(), POLL_MS)
  },

  get miniprogram() {
    return this.apps.find((app) => app.kind === 'miniprogram')
  },

  get account() {
    return this.apps.find((app) => app.kind === 'official_account')
  },

  /** Ask the simulator what is new, and tell whoever listens when something is. */
  async look() {
    try {
      const path = `/users/${this.user.user_id}`
      const [user, chat, wallet] = await Promise.all([get(path), get(`${path}/chat`), get(`${path}/wallet`), clock.look()])
      const before = JSON.stringify([this.user, this.messages, this.wallet])
      Object.assign(this, { user, messages: chat.messages, wallet })
      const changed = before !== JSON.stringify([user, chat.messages, wallet])
      for (const tell of this.listeners) tell(changed)
    } catch (error) {
      console.warn('模拟器没有回答', error)
    }
  },

  /** Do something as this user, and look at once at what came of it. */
  async act(name, body = {}) {
    try {
      return await post(`/users/${this.user.user_id}/${name}`, body)
    } finally {
      await this.look()
    }
  },

  /** Return the messages of one app that arrived by one of these ways. */
  of(appid, ...ways) {
    return this.messages.filter((message) => message.appid === appid && ways.includes(message.via))
  },
}

const seenKey = (chat) => `phone.seen.${phone.user.user_id}.${phone.user.unionid}.${chat}`

/** Return how many of `messages` came since the chat was last looked at. */
export const unread = (chat, messages) => {
  const seen = localStorage.getItem(seenKey(chat)) ?? ''
  return messages.filter((message) => message.via !== 'said' && message.at > seen).length
}

/** Remember that the chat was looked at. */
export const markSeen = (chat, messages) => {
  const last = messages.at(-1)?.at
  if (last) localStorage.setItem(seenKey(chat), last)
}
