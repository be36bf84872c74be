// The learner: name, language, who may charge them, whom to ask.

const api = require('../../api/calls')
const { failed, loading, none, tell } = require('../../shared/page_state')
const { chooseLanguage, currentLanguage, texts } = require('../../texts/index')

/**
 * @typedef {import('../../typings/api').LearnerView} Learner
 * @typedef {import('../../typings/api').AuthorizationView} Authorization
 */

const LANGUAGES = ['zh_CN', 'en']
const NAMES = ['中文', 'English']

Page({
  data: {
    t: texts(),
    learner: /** @type {Learner | null} */ (null),
    permissions: /** @type {Authorization[]} */ ([]),
    languageNames: NAMES,
    language: LANGUAGES.indexOf(currentLanguage()),
    feedback: loading(),
  },

  onShow() {
    wx.setNavigationBarTitle({ title: texts().me.title })
    this.load()
  },

  async load() {
    try {
      const [learner, { authorizations }] = await Promise.all([api.me(), api.authorizations()])
      this.setData({ learner, permissions: authorizations.filter((each) => each.state === 'active'), feedback: none() })
    } catch (error) {
      this.setData({ feedback: failed(error) })
    }
  },

  /** @param {{detail: {value: string}}} event */
  async onName(event) {
    const nickname = event.detail.value.trim()
    const { learner } = this.data
    if (!learner || nickname === learner.nickname) return
    try {
      this.setData({ learner: await api.changeMe({ nickname }) })
    } catch (error) {
      tell(error)
    }
  },

  /** @param {{detail: {value: number}}} event */
  async onLanguage(event) {
    const language = LANGUAGES[event.detail.value]
    chooseLanguage(language)
    this.setData({ t: texts(), language: event.detail.value })
    texts().tabs.forEach((text, index) => wx.setTabBarItem({ index, text }))
    wx.setNavigationBarTitle({ title: texts().me.title })
    await api.changeMe({ language }).catch(tell)
  },

  onPrivacy() {
    wx.openPrivacyContract({})
  },
})
