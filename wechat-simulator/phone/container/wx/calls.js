// How a call of wx answers: by its callbacks, or by a promise where none were given.

/** A failure with the fields WeChat adds to it (errno, errCode). */
export class CallError extends Error {
  constructor(message, fields = {}) {
    super(message)
    this.fields = fields
  }
}

/** Return the call `name`: `work(options)` gives the fields of its answer, or throws. */
export const answering = (name, work) => (options = {}) => {
  const { success, fail, complete } = options
  const begun = (async () => ({ ...(await work(options)), errMsg: `${name}:ok` }))()
  const failed = (error) => ({ ...error.fields, errMsg: `${name}:fail ${error.message}` })
  if (!success && !fail && !complete) return begun.catch((error) => { throw failed(error) })
  begun.then(
    (answer) => { success?.(answer); complete?.(answer) },
    (error) => {
      if (!(error instanceof CallError)) console.warn(name, error)
      fail?.(failed(error))
      complete?.(failed(error))
    },
  )
  return undefined
}

/** Return all calls of a table of name → work. */
export const answers = (table) =>
  Object.fromEntries(Object.entries(table).map(([name, work]) => [name, answering(name, work)]))
