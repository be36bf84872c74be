// What stands where content is missing: loading, nothing there, no network, an error with a way on.

const { texts } = require('../../texts/index')

Component({
  properties: {
    /** loading, empty, error, or nothing */
    state: String,
    message: String,
    action: String,
  },
  data: { t: texts() },
  methods: {
    onAct() {
      this.triggerEvent('act', {})
    },
  },
})
