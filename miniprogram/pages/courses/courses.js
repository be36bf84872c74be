// What is on sale.

const api = require('../../api/calls')
const { empty, failed, loading, none } = require('../../shared/page_state')
const { texts } = require('../../texts/index')

/**
 * @typedef {import('../../typings/api').CourseView} Course
 */

Page({
  data: {
    t: texts(),
    courses: /** @type {Course[]} */ ([]),
    next: '',
    feedback: loading(),
  },

  onLoad() {
    this.load()
  },

  onShow() {
    this.setData({ t: texts() })
  },

  onPullDownRefresh() {
    this.load().then(() => wx.stopPullDownRefresh())
  },

  async onReachBottom() {
    if (!this.data.next) return
    const page = await api.courses(this.data.next)
    this.setData({ courses: [...this.data.courses, ...page.courses], next: page.next })
  },

  async load() {
    if (!this.data.courses.length) this.setData({ feedback: loading() })
    try {
      const page = await api.courses()
      const feedback = page.courses.length ? none() : empty(this.data.t.courses.empty)
      this.setData({ courses: page.courses, next: page.next, feedback })
    } catch (error) {
      this.setData({ feedback: failed(error) })
    }
  },

  /** @param {{currentTarget: {dataset: {id: string}}}} event */
  onCourse(event) {
    wx.navigateTo({ url: `/pages/course/course?id=${event.currentTarget.dataset.id}` })
  },
})
