const { texts } = require('../../texts/index')

Component({
  properties: { order: Object },
  data: { t: texts() },
})
