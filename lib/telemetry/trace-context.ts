import { randomBytes } from 'node:crypto'

/** W3C Trace Context, version 00: `00-<trace id>-<parent id>-<flags>`; an id of zeros is not valid. */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/

/** The `traceparent` to send on: the caller's trace continued with a new span, or a new trace when there is none. */
export function childTraceparent(incoming: string | undefined): string {
  const [, traceId, flags] = incoming === undefined ? [] : (TRACEPARENT.exec(incoming) ?? [])
  return `00-${traceId ?? randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-${flags ?? '00'}`
}
