// My orders, newest first.

const api = require('../../api/calls')
const { empty, failed, loading, none } = require('../../shared/page_state')
const { texts } = require('../../texts/index')

/**
 * @typedef {import('../../typings/api').OrderView} Order
 */

Page({
  data: {
    t: texts(),
    orders: /** @type {Order[]} */ ([]),
    next: '',
    feedback: loading(),
  },

  onShow() {
    this.setData({ t: texts() })
    wx.setNavigationBarTitle({ title: texts().orders.title })
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(() => wx.stopPullDownRefresh())
  },

  async onReachBottom() {
    if (!this.data.next) return
    const page = await api.orders(this.data.next)
    this.setData({ orders: [...this.data.orders, ...page.orders], next: page.next })
  },

  async load() {
    const { t } = this.data
    try {
      const page = await api.orders()
      const feedback = page.orders.length ? none() : empty(t.orders.empty, t.orders.find)
      this.setData({ orders: page.orders, next: page.next, feedback })
    } catch (error) {
      this.setData({ feedback: failed(error) })
    }
  },

  /** @param {{currentTarget: {dataset: {no: string}}}} event */
  onOrder(event) {
    wx.navigateTo({ url: `/pages/order/order?no=${event.currentTarget.dataset.no}` })
  },

  onAct() {
    if (this.data.feedback.state === 'empty') wx.switchTab({ url: '/pages/courses/courses' })
    else this.load()
  },
})
