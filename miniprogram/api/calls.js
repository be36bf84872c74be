// Every call of the learner's API that the pages make, with the types of the server's own description.

const { call } = require('./client')

/**
 * @typedef {import('../typings/api').CoursePage} CoursePage
 * @typedef {import('../typings/api').ProductView} Product
 * @typedef {import('../typings/api').OrderView} Order
 * @typedef {import('../typings/api').OrderPage} OrderPage
 * @typedef {import('../typings/api').OrderInput} OrderInput
 * @typedef {import('../typings/api').TimelineView} Timeline
 * @typedef {import('../typings/api').AuthorizationView} Authorization
 * @typedef {import('../typings/api').LearnerView} Learner
 * @typedef {import('../typings/api').WxCall} WxCall
 */

/** @param {string} [after] @returns {Promise<CoursePage>} */
const courses = (after = '') => call('GET', '/v1/courses', { query: after ? { after } : {} })

/** @param {string} id @returns {Promise<Product>} */
const product = (id) => call('GET', `/v1/courses/${id}`)

/** @param {string} institutionId @returns {Promise<Authorization>} */
const startAuthorization = (institutionId) =>
  call('POST', '/v1/authorizations', { body: { institution_id: institutionId } })

/** @returns {Promise<{authorizations: Authorization[]}>} */
const authorizations = () => call('GET', '/v1/authorizations')

/** @param {OrderInput} order @param {string} idempotencyKey @returns {Promise<Order>} */
const placeOrder = (order, idempotencyKey) => call('POST', '/v1/orders', { body: order, idempotencyKey })

/** @param {string} [after] @returns {Promise<OrderPage>} */
const orders = (after = '') => call('GET', '/v1/orders', { query: after ? { after } : {} })

/** @param {string} no @returns {Promise<Order>} */
const order = (no) => call('GET', `/v1/orders/${no}`)

/** The wx call an order still waits for, once more. @param {string} no @returns {Promise<Order>} */
const nextWxCall = (no) => call('POST', `/v1/orders/${no}/wx`)

/** @param {string} no @returns {Promise<Order>} */
const withdrawOrder = (no) => call('DELETE', `/v1/orders/${no}`)

/** @param {string} no @returns {Promise<Timeline>} */
const timeline = (no) => call('GET', `/v1/orders/${no}/timeline`)

/** @param {string} no @param {number} n @returns {Promise<Order>} */
const confirmLesson = (no, n) => call('POST', `/v1/orders/${no}/lessons/${n}/confirmation`)

/** @param {string} no @param {number} n @param {string} reason @returns {Promise<Order>} */
const disputeLesson = (no, n, reason) => call('POST', `/v1/orders/${no}/lessons/${n}/dispute`, { body: { reason } })

/** @param {string} no @param {number} n @returns {Promise<Order>} */
const withdrawDispute = (no, n) => call('DELETE', `/v1/orders/${no}/lessons/${n}/dispute`)

/** @returns {Promise<Learner>} */
const me = () => call('GET', '/v1/me')

/** @param {{nickname?: string, language?: string}} change @returns {Promise<Learner>} */
const changeMe = (change) => call('PATCH', '/v1/me', { body: change })

module.exports = {
  authorizations,
  changeMe,
  confirmLesson,
  courses,
  disputeLesson,
  me,
  nextWxCall,
  order,
  orders,
  placeOrder,
  product,
  startAuthorization,
  timeline,
  withdrawDispute,
  withdrawOrder,
}
