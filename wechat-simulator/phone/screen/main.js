// One phone: somebody's WeChat. `?user=u1` skips the choice.

import { h } from '../shared/dom.js'
import { clock } from '../shared/sim.js'
import { clockTime, say } from '../shared/words.js'
import { openApp, setOnline, themeChanged } from './app_frame.js'
import { chooseScreen } from './choose.js'
import { homeScreen } from './home.js'
import { phone } from './phone.js'
import { restart } from './stage.js'

const asked = new URLSearchParams(location.search)

async function begin(userId) {
  await phone.unlock(userId)
  restart(homeScreen(openApp))
  window.parent.postMessage({ phone: 'unlocked', user: phone.user }, location.origin)
  if (asked.get('app') !== null) openApp({})
}

function drawStatus() {
  document.getElementById('status').replaceChildren(
    h('span', {}, clockTime(clock.now())),
    h('span', {}, phone.online ? say('WiFi', 'WiFi') : say('无网络', 'No network')),
  )
}

window.addEventListener('message', ({ data, origin, source }) => {
  if (origin !== location.origin || source !== window.parent) return
  if (data.desk === 'network') {
    setOnline(data.online)
    drawStatus()
  }
})
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ({ matches }) => themeChanged(matches ? 'dark' : 'light'))

await clock.look()
drawStatus()
setInterval(drawStatus, 1000)
const user = asked.get('user')
if (user) await begin(user)
else restart(await chooseScreen(begin))
