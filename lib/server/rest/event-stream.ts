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
  /** What `JSON.stringify` returned for the data, instead of `data`. */
  readonly json?: string
  /** How long the client waits before it reconnects. */
  readonly retryMs?: number
}

export const EVENT_STREAM = 'text/event-stream'

/** A comment. Clients ignore it, and proxies see that the connection is in use. */
export const HEARTBEAT = ':\n\n'

const LINE = /^[\x20-\x7e]*$/

/** @throws Error if `id` or `event` would not be one line */
export function encodeEvent({ id, event, data, json = JSON.stringify(data), retryMs }: ServerSentEvent): string {
  for (const text of [id, event]) if (text !== undefined && !LINE.test(text)) throw new Error('not a line of ASCII')
  return [
    event === undefined ? '' : `event: ${event}\n`,
    id === undefined ? '' : `id: ${id}\n`,
    retryMs === undefined ? '' : `retry: ${retryMs}\n`,
    json === undefined ? '' : `data: ${json}\n`, // JSON has no line breaks
    '\n',
  ].join('')
}

/** What a stream sends at once: an event, or an array of them, which other streams may send, too. */
export type StreamedEvents = ServerSentEvent | readonly ServerSentEvent[]

const known = new WeakMap<readonly ServerSentEvent[], Buffer>()

/** Returns the text of events. That of an array is made once, however many streams send it. */
export function encodeEvents(events: StreamedEvents): Uint8Array | string {
  if (!isArray(events)) return encodeEvent(events)
  const found = known.get(events)
  if (found !== undefined) return found
  const encoded = Buffer.from(events.map(encodeEvent).join(''))
  known.set(events, encoded)
  return encoded
}

/** `Array.isArray` does not narrow a readonly array. */
function isArray(events: StreamedEvents): events is readonly ServerSentEvent[] {
  return Array.isArray(events)
}
/** The id of the last event that the client has received; undefined for a client that does not resume. */
export function lastEventIdOf(headers: IncomingHttpHeaders): string | undefined {
  return headers['last-event-id']?.toString() || undefined
}
