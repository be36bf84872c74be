// The sentences that are the Mini Program's own; whatever concerns an order is said by the server.

const zh = require('./zh')
const en = require('./en')

const KEY = 'language'

/** Return `zh_CN` or `en`: what was chosen, else what WeChat uses. */
function currentLanguage() {
  const chosen = wx.getStorageSync(KEY)
  if (chosen) return chosen
  return wx.getAppBaseInfo().language.startsWith('en') ? 'en' : 'zh_CN'
}

/** @param {string} language */
function chooseLanguage(language) {
  wx.setStorageSync(KEY, language)
}

/** Return all sentences in the language in use. */
const texts = () => (currentLanguage() === 'en' ? en : zh)

module.exports = { chooseLanguage, currentLanguage, texts }
