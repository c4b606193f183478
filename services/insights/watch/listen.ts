import type { Nats } from '../../../lib/jetstream/connect.ts'
import type { Log } from '../../../lib/log/log.ts'

/** Calls `onEvent` for each event of an insight, until the returned function is called. */
export function listen(nats: Nats, subjects: string, onEvent: () => void, log: Log): () => void {
  let isOver = false
  let unsubscribe: () => void = () => undefined
  const subscribe = async () => {
    const connection = await nats.first()
    if (isOver) return
    const subscription = connection.subscribe(subjects, { callback: (error) => (error ? undefined : onEvent()) })
    unsubscribe = () => subscription.unsubscribe()
  }
  // rejects only when the service stops before NATS was ever connected
  subscribe().catch((error: unknown) => log.debug({ err: error }, 'cannot subscribe to insights'))
  return () => {
    isOver = true
    unsubscribe()
  }
}
