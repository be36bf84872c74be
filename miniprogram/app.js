const { currentLanguage } = require('./texts/index')

App({
  /** What pages share: nothing that must be right, only what spares a question. */
  globalData: { language: currentLanguage(), isOnline: true },

  onLaunch() {
    wx.onNetworkStatusChange(({ isConnected }) => {
      this.globalData.isOnline = isConnected
    })
  },
})
