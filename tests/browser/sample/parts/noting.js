module.exports = Behavior({
  properties: { tint: { type: String, value: 'none' } },
  observers: {
    tint(value) {
      getApp().note(`tint:${value}`)
    },
  },
})
