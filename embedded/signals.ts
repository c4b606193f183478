/** On Ctrl-C, both the terminal and npm send SIGINT: a second signal within this time is not a second Ctrl-C. */
const DUPLICATE_WITHIN_MS = 1_000

/**
 * Returns a signal that is aborted at the first SIGINT, SIGTERM or SIGHUP. At a second one, this process exits immediately
 * with code 1, and its children with it (see `trackChild`).
 */
export function listenForSignals(print: (line: string) => void): AbortSignal {
  const stop = new AbortController()
  let firstAt: number | undefined
  const onSignal = () => {
    if (firstAt === undefined) {
      firstAt = performance.now()
      print('\nstopping (press Ctrl-C again to kill everything)')
      stop.abort(new Error('stopped by a signal'))
    } else if (performance.now() - firstAt > DUPLICATE_WITHIN_MS) {
      process.exit(1)
    }
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal)
  return stop.signal
}
