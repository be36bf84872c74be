const app = getApp()

Page({
  data: { log: '', words: ['a', 'b'], typed: '', picked: '', shown: true, tags: [], subscribed: '' },
  counter: { taps: 0 },
  onLoad(query) {
    app.note(`first.load:${Object.keys(query).length}`)
  },
  onShow() {
    app.note('first.show')
  },
  onReady() {
    app.note('first.ready')
  },
  onHide() {
    app.note('first.hide')
  },
  onGo(event) {
    wx.navigateTo({ url: `../second/second?a=${encodeURIComponent(event.currentTarget.dataset.someName)}` })
  },
  onUnknown() {
    wx.navigateTo({ url: '/pages/unknown/unknown' })
  },
  onNowhere() {
    wx.navigateTo({ url: '/pages/none/none', fail: ({ errMsg }) => this.setData({ picked: errMsg }) })
  },
  onTyped({ detail }) {
    this.setData({ typed: detail.value })
  },
  onPicked({ detail }) {
    this.setData({ picked: `range:${detail.value}` })
  },
  onCard({ detail }) {
    this.setData({ picked: `card:${detail.tint}` })
  },
  onTags({ detail }) {
    this.setData({ tags: detail.value })
  },
  onLong() {
    this.setData({ picked: 'long' })
  },
  onToggle() {
    this.setData({ shown: !this.data.shown })
  },
  onStore() {
    wx.setStorageSync('kept', { n: 1 })
    wx.getStorage({ key: 'kept', success: ({ data }) => this.setData({ picked: `kept:${data.n}` }) })
  },
  onMeasure() {
    this.createSelectorQuery().select('.shared').boundingClientRect((box) => this.setData({ picked: `width:${box.width}` })).exec()
  },
  async onLate() {
    await new Promise((resolve) => { setTimeout(resolve, 50) })
    wx.requestSubscribeMessage({ tmplIds: ['x'], fail: ({ errMsg, errCode }) => this.setData({ subscribed: `${errCode}:${errMsg}` }) })
  },
  onSecret() {
    this.setData({ picked: `${typeof window}:${typeof document}:${typeof fetch}` })
  },
})
