const { texts } = require('../../texts/index')

Component({
  properties: { course: Object },
  data: { t: texts() },
})
