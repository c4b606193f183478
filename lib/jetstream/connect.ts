import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { NatsConnection } from '@nats-io/transport-node'
import { connect } from '@nats-io/transport-node'
import type { Log } from '../log/log.ts'
import { versionWarning } from './server-version.ts'

export type { NatsConnection } from '@nats-io/transport-node'

const RETRY_MS = 500
const CONNECT_TIMEOUT_MS = 2_000
/**
 * A server that is frozen or cut off without a word is noticed when the third ping is due and two are unanswered: after
 * twenty to thirty seconds. A pause of ten, as a machine makes that is moved, costs no connection.
 */
const PING_INTERVAL_MS = 10_000
const MAX_UNANSWERED_PINGS = 2

/**
 * A connection to NATS that is made in the background, so that a service starts and serves while NATS is
 * away, and that comes back by itself for ever.
 */
export interface Nats {
  /** The connection while it is up; undefined before the first success, while it is lost and after `close`. */
  up(): NatsConnection | undefined
  /** The connection once it was made for the first time; it may be down again. Rejects when closed before. */
  first(): Promise<NatsConnection>
  /** Rejects with the reason when NATS cannot be reached; for readiness. */
  check(): Promise<void>
  /** What every inbox of this connection begins with; a server's permissions may allow no other. */
  readonly inboxPrefix: string
  /** Sends what is buffered and closes. Safe to call twice. */
  close(): Promise<void>
}

/**
 * @param options `url` may name several servers of one cluster, with commas between them, and a user with a password.
 *   `name` is what the server shows for this connection, and part of {@link Nats.inboxPrefix}.
 *   `pingIntervalMs`: a server that has left two pings unanswered when the third is due counts as lost; 10,000 by default
 */
export function connectNats(options: { url: string; name: string; pingIntervalMs?: number; log: Log }): Nats {
  const { url, name, pingIntervalMs = PING_INTERVAL_MS, log } = options
  const { servers, credentials } = readUrls(url.split(','))
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
        if (!closing.signal.aborted) log.warn('lost the connection to NATS')
      } else if (status.type === 'reconnect') {
        isUp = true
        log.info('connected to NATS again')
      } else if (status.type === 'staleConnection') {
        log.warn('NATS does not answer')
        destroySocket(established)
      } else if (status.type === 'error') {
        // the server tells nobody else that a user may not do something, and the caller would wait in vain
        log.error({ err: status.error }, 'NATS refused something')
      }
    }
  }

  const establish = async (): Promise<NatsConnection> => {
    for (;;) {
      try {
        connection = await connect({
          servers,
          name,
          inboxPrefix,
          ...credentials,
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
        if (failure !== lastFailure) log.warn({ failure }, 'cannot reach NATS; trying on')
        lastFailure = failure
        await sleep(RETRY_MS, undefined, { signal: closing.signal })
      }
    }
  }
  const close = async () => {
    closing.abort()
    isUp = false
    await first.catch(() => undefined) // a connection that was just being made is closed by whoever made it
    // drain, not close: it sends what is buffered, acknowledgements above all
    if (connection !== undefined && !connection.isClosed()) await connection.drain().catch(() => connection?.close())
  }

  let closed: Promise<void> | undefined
  const first = establish()
  first.catch(() => undefined) // whoever calls `first` sees the rejection; nobody else needs to

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
 * The client gives up a connection whose pings go unanswered only after all it has written is sent, which never comes when
 * the server does not read: it would stay "connected", with everything in memory that was published meanwhile. The way to
 * the socket is the client's own; with a version that has another one we are left with the client's behaviour, and the test
 * of a frozen server fails.
 */
function destroySocket(connection: NatsConnection): void {
  const { protocol } = connection as { protocol?: { transport?: { socket?: Socket } } }
  protocol?.transport?.socket?.destroy()
}

/**
 * Takes the user out of the URLs: the client has one for all servers, the first that is named, and would take a URL with
 * a user and a host without a dot for an IPv6 address.
 */
function readUrls(given: readonly string[]): { servers: string[]; credentials: { user?: string; pass?: string } } {
  const urls = given.map((url) => new URL(url))
  const named = urls.find(({ username }) => username !== '')
  const credentials = named && { user: decodeURIComponent(named.username), pass: decodeURIComponent(named.password) }
  return {
    servers: urls.map((url) => Object.assign(url, { username: '', password: '' }).href),
    credentials: credentials ?? {},
  }
}
