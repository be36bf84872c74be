// One order: where it stands, its lessons and the learner's word on them, and why money was taken.

const api = require('../../api/calls')
const { make } = require('../../api/wechat')
const { failed, loading, none, tell } = require('../../shared/page_state')
const { until } = require('../../shared/waiting')
const { texts } = require('../../texts/index')

/**
 * @typedef {import('../../typings/api').OrderView} Order
 * @typedef {import('../../typings/api').TimelineEntry} Entry
 */

const REFRESH_MS = 3000

/** Whether WeChat may still tell the server something about it. @param {Order} order */
const isWaiting = (order) => order.state === 'placing' || order.state === 'awaiting_learner'

Page({
  data: {
    t: texts(),
    no: '',
    order: /** @type {Order | null} */ (null),
    /** whether some lesson waits for a word */
    asks: false,
    entries: /** @type {Entry[]} */ ([]),
    showsWhy: false,
    busy: false,
    feedback: loading(),
  },

  timer: 0,

  /** @param {{no?: string, fresh?: string}} query */
  onLoad(query) {
    this.setData({ t: texts(), no: query.no || '' })
    if (query.fresh) this.settle()
  },

  onShow() {
    this.load()
    this.timer = setInterval(() => this.load(), REFRESH_MS)
  },

  onHide() {
    clearInterval(this.timer)
  },

  onUnload() {
    clearInterval(this.timer)
  },

  onPullDownRefresh() {
    this.load().then(() => wx.stopPullDownRefresh())
  },

  async load() {
    try {
      this.show(await api.order(this.data.no))
      if (this.data.showsWhy) await this.loadWhy()
    } catch (error) {
      if (!this.data.order) this.setData({ feedback: failed(error) })
    }
  },

  /** @param {Order} order */
  show(order) {
    const asks = order.lessons.some((lesson) => lesson.state === 'taught' || lesson.state === 'disputed')
    this.setData({ order, asks, feedback: none() })
    wx.setNavigationBarTitle({ title: order.course_title })
  },

  async loadWhy() {
    const { entries } = await api.timeline(this.data.no)
    this.setData({ entries })
  },

  /** After a page of WeChat's: ask the server, which WeChat tells in its own time. */
  async settle() {
    try {
      this.show(await until(() => api.order(this.data.no), (order) => !isWaiting(order)))
    } catch (error) {
      if (!this.data.order) this.setData({ feedback: failed(error) })
    }
  },

  onGo() {
    this.act(async () => {
      const order = await api.nextWxCall(this.data.no)
      this.show(order)
      if (order.wx && (await make(order.wx))) await this.settle()
      if (this.data.order && isWaiting(this.data.order)) wx.showToast({ title: this.data.t.order.waiting, icon: 'none' })
    })
  },

  async onWithdraw() {
    const { t, no } = this.data
    const { confirm } = await wx.showModal({ content: t.order.withdrawAsk, confirmText: t.yes, cancelText: t.no })
    if (confirm) this.act(async () => this.show(await api.withdrawOrder(no)))
  },

  /** @param {{detail: {word: 'confirm' | 'dispute' | 'undispute', n: number}}} event */
  onWord(event) {
    const { word, n } = event.detail
    const words = { confirm: () => this.confirm(n), dispute: () => this.dispute(n), undispute: () => this.undispute(n) }
    words[word]()
  },

  /** @param {number} n */
  confirm(n) {
    this.act(async () => {
      this.show(await api.confirmLesson(this.data.no, n))
      wx.showToast({ title: this.data.t.order.confirmed })
    })
  },

  /** @param {number} n */
  async dispute(n) {
    const { t } = this.data
    const answer = await wx.showModal({
      title: t.order.disputeAsk,
      editable: true,
      placeholderText: t.order.disputeHint,
      confirmText: t.yes,
      cancelText: t.no,
    })
    const reason = (answer.content || '').trim()
    if (!answer.confirm || !reason) return
    this.act(async () => {
      this.show(await api.disputeLesson(this.data.no, n, reason))
      wx.showToast({ title: t.order.disputed, icon: 'none' })
    })
  },

  /** @param {number} n */
  undispute(n) {
    this.act(async () => this.show(await api.withdrawDispute(this.data.no, n)))
  },

  async onWhy() {
    this.setData({ showsWhy: !this.data.showsWhy })
    if (this.data.showsWhy) await this.loadWhy().catch(tell)
  },

  /** One thing at a time, however often it is tapped. @param {() => Promise<void>} work */
  async act(work) {
    if (this.data.busy) return
    this.setData({ busy: true })
    await work().catch(tell)
    this.setData({ busy: false })
  },
})
