import { fromBinary } from '@bufbuild/protobuf'
import { WatchInsightsResponseSchema } from '../../../gen/leadtriage/insights/v1/insights_service_pb.ts'

/*
 * Reads what watchers receive with as little work as possible, because the watchers share the machine with the services:
 * of an insight only the lead id is looked at, where it stands in the bytes.
 */

export interface WatchEvents {
  /** An insight with this lead id. */
  insight(leadId: string): void
  synchronized(): void
  /** The stream is over: `lagging`, an error, or something unexpected. */
  failed(reason: string): void
}

/** Takes the bytes of a body as they come. They may be overwritten after the call. */
export type Reader = (bytes: Buffer) => void

const UUID_LENGTH = 36
const END_OF_EVENT = '\n\n'
const INSIGHT = 'event: insight\n'
const LEAD_ID = '"lead":{"id":"'

/** Reads server-sent events. */
export function readServerSentEvents(events: WatchEvents): Reader {
  return withRest((bytes) => {
    let begin = 0
    for (;;) {
      const end = bytes.indexOf(END_OF_EVENT, begin, 'latin1')
      if (end < 0) return begin
      readServerSentEvent(bytes.subarray(begin, end), events)
      begin = end + END_OF_EVENT.length
    }
  })
}

function readServerSentEvent(event: Buffer, events: WatchEvents): void {
  const type = event.toString('latin1', 0, INSIGHT.length)
  if (type === INSIGHT) {
    const at = event.indexOf(LEAD_ID, 0, 'latin1') + LEAD_ID.length
    events.insight(event.toString('latin1', at, at + UUID_LENGTH))
  } else if (type.startsWith('event: synchron')) events.synchronized()
  else if (!type.startsWith(':') && !type.startsWith('event: heartbea')) events.failed(event.toString())
}

const PREFIX_BYTES = 5
/** The tags of WatchInsightsResponse.insight, LeadInsight.lead and LeadDetails.id, which protobuf-es writes first. */
const LENGTH_DELIMITED_1 = 0x0a
const ID_OF_LEAD = Buffer.from([LENGTH_DELIMITED_1, UUID_LENGTH])
/** Before the id are three tags and lengths of at most four bytes each. */
const MAX_ID_OFFSET = 20

/** Reads the frames of Connect and gRPC. */
export function readFrames(events: WatchEvents): Reader {
  return withRest((bytes) => {
    let begin = 0
    for (;;) {
      if (bytes.length < begin + PREFIX_BYTES) return begin
      const end = begin + PREFIX_BYTES + bytes.readUInt32BE(begin + 1)
      if (bytes.length < end) return begin
      const message = bytes.subarray(begin + PREFIX_BYTES, end)
      if (bytes[begin] === 0) readResponse(message, events)
      else events.failed(message.toString()) // the end of a Connect stream
      begin = end
    }
  })
}

function readResponse(message: Buffer, events: WatchEvents): void {
  if (message[0] === LENGTH_DELIMITED_1) {
    const at = message.subarray(0, MAX_ID_OFFSET).indexOf(ID_OF_LEAD) + ID_OF_LEAD.length
    events.insight(message.toString('latin1', at, at + UUID_LENGTH))
    return
  }
  const { event } = fromBinary(WatchInsightsResponseSchema, message)
  if (event.case === 'synchronized') events.synchronized()
  else if (event.case !== 'heartbeat') events.failed(String(event.case))
}

/** Reads the body of a chunked HTTP/1.1 response with the status 200. */
export function readChunkedResponse(read: Reader, events: WatchEvents): Reader {
  let hasHead = false
  let left = 0
  return withRest((bytes) => {
    let at = 0
    if (!hasHead) {
      const end = bytes.indexOf('\r\n\r\n', 0, 'latin1')
      if (end < 0) return 0
      const head = bytes.toString('latin1', 0, end)
      if (!head.startsWith('HTTP/1.1 200')) events.failed(bytes.toString())
      hasHead = true
      at = end + 4
    }
    while (at < bytes.length) {
      if (left === 0) {
        const end = bytes.indexOf('\r\n', at, 'latin1')
        if (end < 0) return at
        // the line break that ends a chunk precedes the size of the next
        if (end > at) left = Number.parseInt(bytes.toString('latin1', at, end), 16)
        if (end > at && left === 0) events.failed('the response has ended')
        at = end + 2
        continue
      }
      const part = bytes.subarray(at, at + left)
      read(part)
      left -= part.length
      at += part.length
    }
    return at
  })
}

/** Prepends what was left over to the next bytes. @param read returns how many bytes it has read */
function withRest(read: (bytes: Buffer) => number): Reader {
  let rest: Buffer | undefined
  return (bytes) => {
    const all = rest === undefined ? bytes : Buffer.concat([rest, bytes])
    const done = read(all)
    rest = done === all.length ? undefined : Buffer.from(all.subarray(done))
  }
}
