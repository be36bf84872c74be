// One course: what it costs, how it can be paid, what will happen; and the order.

const api = require('../../api/calls')
const { make } = require('../../api/wechat')
const { newKey } = require('../../shared/keys')
const { failed, loading, none, tell } = require('../../shared/page_state')
const { until } = require('../../shared/waiting')
const { texts } = require('../../texts/index')

/**
 * @typedef {import('../../typings/api').ProductView} Product
 * @typedef {import('../../typings/api').ModeView} Mode
 */

Page({
  data: {
    t: texts(),
    id: '',
    product: /** @type {Product | null} */ (null),
    mode: /** @type {Mode | null} */ (null),
    student: '',
    agreed: false,
    showsPrices: false,
    showsContract: false,
    busy: false,
    feedback: loading(),
  },

  /** The key of the order being placed: kept until it is placed, so that trying again is the same order. */
  key: '',

  /** @param {{id?: string}} query */
  onLoad(query) {
    this.setData({ t: texts(), id: query.id || '' })
    this.load()
  },

  async load() {
    this.setData({ feedback: this.data.product ? none() : loading() })
    try {
      this.show(await api.product(this.data.id))
    } catch (error) {
      this.setData({ feedback: failed(error) })
    }
  },

  /** @param {Product} product */
  show(product) {
    const chosen = this.data.mode && this.data.mode.fee_mode
    const open = product.modes.filter((mode) => mode.open)
    const mode = open.find((each) => each.fee_mode === chosen) || open[0] || null
    this.setData({ product, mode, feedback: none() })
    wx.setNavigationBarTitle({ title: product.institution_name })
  },

  /** @param {{currentTarget: {dataset: {mode: string}}}} event */
  onMode(event) {
    const { product } = this.data
    const found = product && product.modes.find((mode) => mode.fee_mode === event.currentTarget.dataset.mode)
    if (found && found.open && !this.data.busy) {
      this.setData({ mode: found })
      this.key = ''
    }
  },

  /** @param {{detail: {value: string}}} event */
  onStudent(event) {
    this.setData({ student: event.detail.value })
    this.key = ''
  },

  onAgree() {
    this.setData({ agreed: !this.data.agreed })
  },

  onPrices() {
    this.setData({ showsPrices: !this.data.showsPrices })
  },

  onContract() {
    this.setData({ showsContract: !this.data.showsContract })
  },

  onPhone() {
    const { product } = this.data
    if (product) wx.makePhoneCall({ phoneNumber: product.service_phone })
  },

  async onOrder() {
    const { t, busy, student, agreed, product, mode } = this.data
    if (busy || !product || !mode) return
    if (!student.trim()) {
      wx.showToast({ title: t.course.needStudent, icon: 'none' })
      return
    }
    if (!agreed) {
      wx.showToast({ title: t.course.needAgree, icon: 'none' })
      return
    }
    this.setData({ busy: true })
    try {
      await this.order(product, mode, student.trim())
    } catch (error) {
      tell(error)
    }
    this.setData({ busy: false })
  },

  /** @param {Product} product @param {Mode} mode @param {string} student */
  async order(product, mode, student) {
    if (mode.next_step === 'authorize' && !(await this.authorize(product, mode))) return
    wx.showLoading({ title: this.data.t.course.ordering, mask: true })
    this.key = this.key || newKey()
    const contract = { version: product.contract.version, accepted: true }
    const order = await api.placeOrder(
      { course_id: product.id, fee_mode: mode.fee_mode, student_name: student, offer_id: product.offer_id, contract },
      this.key,
    )
    this.key = ''
    wx.hideLoading()
    if (order.wx) await make(order.wx)
    wx.redirectTo({ url: `/pages/order/order?no=${order.no}&fresh=1` })
  },

  /** Lead through Pay Score's page; says whether the permission stands now. @param {Product} product @param {Mode} mode */
  async authorize(product, mode) {
    const { t } = this.data
    const authorization = await api.startAuthorization(product.institution_id)
    if (authorization.wx) await make(authorization.wx)
    wx.showLoading({ title: t.course.authorizing, mask: true })
    const stands = (/** @type {Product} */ seen) =>
      seen.modes.some((each) => each.fee_mode === mode.fee_mode && each.next_step === 'order')
    const seen = await until(() => api.product(product.id), stands)
    wx.hideLoading()
    this.show(seen)
    if (stands(seen)) return true
    wx.showToast({ title: t.course.notAuthorized, icon: 'none' })
    return false
  },

  onShareAppMessage() {
    const { product, id } = this.data
    return { title: product ? product.title : '', path: `/pages/course/course?id=${id}` }
  },
})
