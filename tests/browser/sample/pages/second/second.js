Component({
  properties: { a: String },
  methods: {
    onLoad(query) {
      getApp().note(`second.load:${query.a}`)
    },
    onUnload() {
      getApp().note('second.unload')
      this.setData({ a: 'gone' })
    },
    onBack() {
      wx.navigateBack()
    },
    onAsk() {
      wx.showModal({ title: '真的？', success: ({ confirm }) => this.setData({ a: `answer:${confirm}` }) })
    },
    onSheet() {
      wx.showActionSheet({ itemList: ['一', '二'] }).then(({ tapIndex }) => this.setData({ a: `sheet:${tapIndex}` }))
    },
  },
})
