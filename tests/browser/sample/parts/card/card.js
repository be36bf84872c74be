const noting = require('../noting')

Component({
  behaviors: [noting],
  options: { multipleSlots: true },
  lifetimes: {
    attached() {
      getApp().note('card.attached')
    },
    ready() {
      getApp().note('card.ready')
    },
    detached() {
      getApp().note('card.detached')
    },
  },
  pageLifetimes: {
    show() {
      getApp().note('card.page-shown')
    },
  },
  methods: {
    onTap() {
      this.triggerEvent('picked', { tint: this.data.tint })
    },
  },
})
