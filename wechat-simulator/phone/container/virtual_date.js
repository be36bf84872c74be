// The phone's clock is the simulator's, which can be moved: so is the Date of what runs in it.

/** Return a Date whose present is `host.now()`, in milliseconds. */
export function virtualDate(host) {
  return class VirtualDate extends Date {
    constructor(...values) {
      if (values.length === 0) super(host.now())
      else super(...values)
    }

    static now() {
      return host.now()
    }
  }
}
