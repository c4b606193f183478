import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { NatsConnection } from '@nats-io/transport-node'
import { connect } from '@nats-io/transport-node'
import type { Log } from '../log/log.ts'
import { versionWarning } from './server-version.ts'
import type { NatsServers } from './servers.ts'
import { serverOptions } from './servers.ts'

export type { NatsConnection } from '@nats-io/transport-node'

const RETRY_MS = 500
const CONNECT_TIMEOUT_MS = 2_000
/**
 * A frozen or unreachable server is detected when the third ping is due and two are unanswered, after 20 to 30 seconds.
 * A pause of ten seconds, as in a live migration of a virtual machine, does not cost the connection.
 */
const PING_INTERVAL_MS = 10_000
const MAX_UNANSWERED_PINGS = 2

/**
 * A connection to NATS that is established in the background, so that a service starts and serves while NATS is
 * unreachable, and that reconnects without a limit of attempts.
 */
export interface Nats {
  /** The connection while it is up; undefined before it is established, while it is lost and after `close`. */
  up(): NatsConnection | undefined
  /** Resolves once the connection is established; it may be lost again by then. Rejects if closed before. */
  first(): Promise<NatsConnection>
  /** Rejects with the reason while NATS is unreachable. For readiness. */
  check(): Promise<void>
  /** Prefix of every inbox of this connection. The permissions of the server may allow no other. */
  readonly inboxPrefix: string
  /** Sends buffered messages and closes the connection. Safe to call twice. */
  close(): Promise<void>
}

/**
 * @param options `name`: the connection name that the server shows, and part of {@link Nats.inboxPrefix}. `pingIntervalMs`: the
 *   connection counts as lost when the third ping is due and two are unanswered; 10,000 by default
 */
export function connectNats(options: NatsServers & { name: string; pingIntervalMs?: number; log: Log }): Nats {
  const { name, pingIntervalMs = PING_INTERVAL_MS, log } = options
  const servers = serverOptions(options)
  const inboxPrefix = `_INBOX.${name}`
  const closing = new AbortController()
  let isUp = false
  let connection: NatsConnection | undefined
  let lastFailure = 'not connected yet'

  const watch = async (established: NatsConnection) => {
    for await (const status of established.status()) {
      if (status.type === 'disconnect') {
        isUp = false
        lastFailure = 'the connection was lost'
        if (!closing.signal.aborted) log.warn('disconnected from NATS; reconnecting')
      } else if (status.type === 'reconnect') {
        isUp = true
        log.info('reconnected to NATS')
      } else if (status.type === 'staleConnection') {
        log.warn('NATS does not respond to pings; closing the connection')
        destroySocket(established)
      } else if (status.type === 'error') {
        // permission violations arrive only here; the caller just runs into its timeout
        log.error({ err: status.error }, 'NATS permission or protocol error')
      }
    }
  }

  const establish = async (): Promise<NatsConnection> => {
    for (;;) {
      try {
        connection = await connect({
          ...servers,
          name,
          inboxPrefix,
          timeout: CONNECT_TIMEOUT_MS,
          pingInterval: pingIntervalMs,
          maxPingOut: MAX_UNANSWERED_PINGS,
          maxReconnectAttempts: -1,
          ignoreAuthErrorAbort: true,
        })
        if (closing.signal.aborted) await connection.close()
        closing.signal.throwIfAborted()
        isUp = true
        void watch(connection)
        log.info('connected to NATS')
        const warning = versionWarning(connection.info?.version)
        if (warning !== undefined) log.warn(warning)
        return connection
      } catch (error) {
        closing.signal.throwIfAborted()
        const failure = error instanceof Error ? error.message : String(error)
        if (failure !== lastFailure) log.warn({ failure }, 'NATS is unreachable; retrying')
        lastFailure = failure
        await sleep(RETRY_MS, undefined, { signal: closing.signal })
      }
    }
  }
  const close = async () => {
    closing.abort()
    isUp = false
    await first.catch(() => undefined) // `establish` closes a connection that it was just opening
    // drain instead of close sends buffered messages, acknowledgements above all
    if (connection !== undefined && !connection.isClosed()) await connection.drain().catch(() => connection?.close())
  }

  let closed: Promise<void> | undefined
  const first = establish()
  first.catch(() => undefined) // callers of `first` see the rejection; without any it is not unhandled

  return {
    up: () => (isUp ? connection : undefined),
    first: () => first,
    inboxPrefix,
    check: async () => {
      if (!isUp) throw new Error(lastFailure)
    },
    close: () => {
      closed ??= close()
      return closed
    },
  }
}

/**
 * The client closes a connection with unanswered pings only after its write buffer is sent, which never happens if the
 * server does not read: the client would stay connected and buffer everything that is published. The path to the socket
 * is internal to the client; if a new version moves it, the test with a frozen server fails.
 */
function destroySocket(connection: NatsConnection): void {
  const { protocol } = connection as { protocol?: { transport?: { socket?: Socket } } }
  protocol?.transport?.socket?.destroy()
}
