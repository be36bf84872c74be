// What happened: every fen that moved, every notice and how it went, every request that came.

import { h } from '../shared/dom.js'
import { get } from '../shared/sim.js'
import { money, moment, say } from '../shared/words.js'

const MOST = 60

const table = (names, rows, none) =>
  rows.length
    ? h('table', {}, h('thead', {}, h('tr', {}, ...names.map((name) => h('th', { scope: 'col' }, name)))), h('tbody', {}, ...rows))
    : h('p', { class: 'hint' }, none)

const row = (...cells) => h('tr', {}, ...cells.map((cell) => h('td', {}, cell)))

/** A panel that draws a table when what it shows has changed. */
function book(title, read) {
  let before = ''
  return {
    title,
    open() { before = '' },
    async refresh(place) {
      const { key, draw } = await read()
      if (key === before) return
      before = key
      place.replaceChildren(...draw())
    },
  }
}

const KINDS = { deduction: ['自动扣费', 'deduction'], payment: ['支付', 'payment'], refund: ['退款', 'refund'], sync: ['线下已付', 'paid elsewhere'] }

export const ledgerPanel = book(() => say('账本', 'Ledger'), async () => {
  const [{ entries, balances }, { users }] = await Promise.all([get('/ledger'), get('/users')])
  const nameOf = (id) => users.find((user) => user.user_id === id)?.nickname ?? id
  const sum = (...kinds) => entries.filter((entry) => kinds.includes(entry.kind)).reduce((total, entry) => total + entry.amount_fen, 0)
  return {
    key: JSON.stringify([entries.length, balances]),
    draw: () => [
      h('p', { class: 'figures' }, `${say('共收', 'Taken')} ${money(sum('deduction', 'payment'))} · ${say('共退', 'Refunded')} ${money(sum('refund'))}`),
      table(
        [say('时间', 'At'), say('谁', 'Who'), say('种类', 'Kind'), say('金额', 'Sum'), say('单号', 'Number')],
        entries.slice(-MOST).reverse().map((entry) => row(moment(entry.at), nameOf(entry.user_id), say(...KINDS[entry.kind]), money(entry.amount_fen), h('code', {}, entry.out_order_no ?? entry.out_trade_no ?? entry.out_refund_no ?? ''))),
        say('还没有钱动过', 'No money has moved'),
      ),
      h('h3', {}, say('零钱', 'Balances')),
      table([say('谁', 'Who'), say('零钱', 'Balance')], Object.entries(balances).map(([id, fen]) => row(nameOf(id), money(fen))), say('还没有人', 'Nobody yet')),
    ],
  }
})

export const noticesPanel = book(() => say('通知', 'Notices'), async () => {
  const { notices } = await get('/notices')
  return {
    key: JSON.stringify(notices.map((notice) => [notice.id, notice.state, notice.tries.length])),
    draw: () => [
      table(
        [say('时间', 'At'), say('事件', 'Event'), say('单号', 'Number'), say('状态', 'State'), say('次数', 'Tries')],
        notices.slice(-MOST).reverse().map((notice) => row(moment(notice.created_at), notice.event_type, h('code', {}, notice.business_key), stateOf(notice.state), String(notice.tries.length))),
        say('还没有通知', 'No notices yet'),
      ),
    ],
  }
})

const STATES = { delivered: ['已送达', 'delivered'], pending: ['待送', 'pending'], lost: ['丢失', 'lost'], failed: ['放弃', 'given up'] }

const stateOf = (state) => (STATES[state] ? say(...STATES[state]) : state)

export const requestsPanel = book(() => say('请求', 'Requests'), async () => {
  const { requests } = await get('/requests')
  return {
    key: String(requests.length) + (requests.at(-1)?.at ?? ''),
    draw: () => [
      table(
        [say('时间', 'At'), say('请求', 'Request'), say('回答', 'Answer')],
        requests.slice(-MOST).reverse().map((request) => row(moment(request.at), h('code', {}, `${request.method} ${request.path ?? request.url}`), String(request.status ?? '—'))),
        say('还没有请求', 'No requests yet'),
      ),
    ],
  }
})
