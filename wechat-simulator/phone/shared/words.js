// The phone speaks Chinese, or English when told so; sums and moments read as people write them.

const KEY = 'phone.language'

/** Return `zh_CN` or `en`. */
export const language = () => (localStorage.getItem(KEY) === 'en' ? 'en' : 'zh_CN')

/** Remember the language; pages read it when they are drawn. */
export const setLanguage = (name) => localStorage.setItem(KEY, name)

/** Return the sentence of the language in use. */
export const say = (chinese, english) => (language() === 'en' ? english : chinese)

/** Return a sum: 19990 → ¥199.90. */
export const money = (fen) => `¥${(fen / 100).toFixed(2)}`

const ZONE = { timeZone: 'Asia/Shanghai' }

const formatted = (at, options) => new Intl.DateTimeFormat('zh-CN', { ...ZONE, ...options, hour12: false }).format(new Date(at))

/** Return a moment in Beijing: 09-01 08:30. */
export const moment = (at) =>
  formatted(at, { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' }).replace('/', '-')

/** Return a moment with its year: 2026-09-01 08:30:05. */
export const fullMoment = (at) =>
  formatted(at, { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' }).replaceAll('/', '-')

/** Return the time of day: 08:30. */
export const clockTime = (at) => formatted(at, { hour: '2-digit', minute: '2-digit' })
