// Numbers nobody made before: the key under which a repeated order stays one order.

/** Return a new key. */
function newKey() {
  const part = () => Math.random().toString(36).slice(2, 12)
  return `${Date.now().toString(36)}-${part()}${part()}`
}

module.exports = { newKey }
