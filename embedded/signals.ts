/** npm passes Ctrl-C on to its child, which the terminal has told already: two signals, one wish. */
const SAME_WISH_MS = 1_000

/**
 * The signal is aborted at the first SIGINT, SIGTERM or SIGHUP. A second one, later than the echo of the first,
 * ends this process with exit code 1 at once, and its children with it (see `trackChild`).
 */
export function listenForSignals(say: (line: string) => void): AbortSignal {
  const stop = new AbortController()
  let firstAt: number | undefined
  const onSignal = () => {
    if (firstAt === undefined) {
      firstAt = performance.now()
      say('\nstopping (once more kills everything at once)')
      stop.abort(new Error('told to stop'))
    } else if (performance.now() - firstAt > SAME_WISH_MS) {
      process.exit(1)
    }
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal)
  return stop.signal
}
