import type { IncomingHttpHeaders } from 'node:http'

/*
 * Server-sent events (html.spec.whatwg.org, "Server-sent events"): what EventSource in browsers reads.
 */

/** One event. Without `data` it is not seen by the page, but its `id` is stored. */
export interface ServerSentEvent {
  /** What the client sends as `Last-Event-ID` when it reconnects. Printable ASCII. */
  readonly id?: string
  /** The type of the event. Default `message`. */
  readonly event?: string
  /** Sent as JSON. */
  readonly data?: unknown
  /** How long the client waits before it reconnects. */
  readonly retryMs?: number
}

export const EVENT_STREAM = 'text/event-stream'

/** A comment. Clients ignore it, and proxies see that the connection is in use. */
export const HEARTBEAT = ':\n\n'

const LINE = /^[\x20-\x7e]*$/

/** @throws Error if `id` or `event` would not be one line */
export function encodeEvent({ id, event, data, retryMs }: ServerSentEvent): string {
  for (const text of [id, event]) if (text !== undefined && !LINE.test(text)) throw new Error('not a line of ASCII')
  return [
    event === undefined ? '' : `event: ${event}\n`,
    id === undefined ? '' : `id: ${id}\n`,
    retryMs === undefined ? '' : `retry: ${retryMs}\n`,
    data === undefined ? '' : `data: ${JSON.stringify(data)}\n`, // JSON has no line breaks
    '\n',
  ].join('')
}

/** The id of the last event that the client has received; undefined for a client that does not resume. */
export function lastEventIdOf(headers: IncomingHttpHeaders): string | undefined {
  return headers['last-event-id']?.toString() || undefined
}
