/** Lets one loop wait for calls of `ring`. A call while it does not wait ends the next wait at once. */
export function createBell() {
  let isRung = false
  let end: (() => void) | undefined
  return {
    ring: () => {
      isRung = true
      end?.()
    },
    wait: async (timeoutMs: number) => {
      if (!isRung) {
        const { promise, resolve } = Promise.withResolvers<void>()
        end = resolve
        const timer = setTimeout(resolve, timeoutMs)
        await promise
        clearTimeout(timer)
        end = undefined
      }
      isRung = false
    },
  }
}
