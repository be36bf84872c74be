// Asks again until something is so, or patience ends.

const STEPS_MS = [300, 500, 800, 1200, 2000, 3000, 3000, 3000]

/**
 * Look until what is seen is good; resolves with what was seen last, good or not.
 * @template T
 * @param {() => Promise<T>} look
 * @param {(seen: T) => boolean} good
 * @returns {Promise<T>}
 */
async function until(look, good) {
  let seen = await look()
  for (const step of STEPS_MS) {
    if (good(seen)) return seen
    await pause(step)
    seen = await look()
  }
  return seen
}

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms) })

module.exports = { until }
