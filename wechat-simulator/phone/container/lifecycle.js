// The functions of the Mini Program that WeChat calls: App's and pages', and those of components inside a page.

/** Call `name` of a page or of the App when it is there; an error is reported, never swallowed. */
export function call(object, name, ...values) {
  const work = object?.[name]
  if (typeof work !== 'function') return undefined
  return work.apply(object, values)
}

/** Tell every component of the page at `root` that its page is shown, hidden or resized. */
export const tellComponents = (root, name, ...values) => root.__wxElement?.triggerPageLifetime(name, values)

/** Return the behavior by which components become ready after their first drawing. */
export const readiness = (space) =>
  space.defineBehavior({
    lifetimes: {
      attached() {
        const component = this._$ // `this` is the adapter's caller
        requestAnimationFrame(() => { if (component.$$?.isConnected) component.triggerLifetime('ready', []) })
      },
    },
  })
