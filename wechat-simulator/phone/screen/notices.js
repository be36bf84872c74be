// 服务通知: the subscribe messages a Mini Program may send once it was allowed to.

import { h } from '../shared/dom.js'
import { moment, say } from '../shared/words.js'
import { launchOf } from './chat.js'
import { face } from './parts.js'
import { markSeen, phone } from './phone.js'

/** Return the screen of service notices. */
export const noticesScreen = (openApp) => ({
  name: 'notices',
  title: say('服务通知', 'Service notices'),
  live: true,
  draw: () => {
    const notices = phone.of(phone.miniprogram.appid, 'subscribe')
    markSeen('notices', notices)
    if (!notices.length) return [h('p', { class: 'empty' }, say('还没有通知', 'Nothing yet'))]
    return notices.flatMap((notice) => [h('time', { class: 'stamp' }, moment(notice.at)), card(notice.content, openApp)])
  },
})

const card = (content, openApp) =>
  h(
    'button',
    { class: 'notice', onclick: () => openApp(launchOf(content.page)) },
    h('span', { class: 'notice-from' }, face(phone.miniprogram.name, 'round tiny'), phone.miniprogram.name),
    h('strong', {}, content.title),
    h('dl', {}, ...Object.values(content.data ?? {}).map((each) => h('dd', {}, each.value))),
    h('span', { class: 'page-card-foot' }, say('进入小程序查看', 'Open the Mini Program')),
  )
