App({
  log: [],
  note(line) {
    this.log.push(line)
    const pages = getCurrentPages()
    if (pages.length) pages[0].setData({ log: this.log.join(' ') })
  },
  onLaunch() {
    this.note('launch')
  },
  onShow({ referrerInfo }) {
    this.note(`shown${referrerInfo && referrerInfo.appId ? ':' + referrerInfo.appId : ''}`)
  },
  onHide() {
    this.note('hidden')
  },
})
