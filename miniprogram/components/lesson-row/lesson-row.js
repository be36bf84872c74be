// One lesson: what it costs, where it stands, and the learner's word on it.

const { texts } = require('../../texts/index')

Component({
  properties: {
    lesson: Object,
    busy: Boolean,
    /** whether the learner's word is asked for here, and not only shown */
    asks: Boolean,
  },
  data: { t: texts() },
  methods: {
    onConfirm() {
      this.say('confirm')
    },
    onDispute() {
      this.say('dispute')
    },
    onUndispute() {
      this.say('undispute')
    },
    /** @param {string} word */
    say(word) {
      if (this.data.busy) return
      this.triggerEvent('word', { word, n: this.data.lesson.n })
    },
  },
})
