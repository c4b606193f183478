import { randomFillSync } from 'node:crypto'

/** W3C Trace Context, version 00: `00-<trace id>-<parent id>-<flags>`; an id of zeros is not valid. */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/

/** The `traceparent` to send on: the caller's trace continued with a new span, or a new trace when there is none. */
export function childTraceparent(incoming: string | undefined): string {
  const [, traceId, flags] = incoming === undefined ? [] : (TRACEPARENT.exec(incoming) ?? [])
  return `00-${traceId ?? randomHex(16)}-${randomHex(8)}-${flags ?? '00'}`
}

/** The system is asked for many at once: each lead needs a few. */
const pool = Buffer.alloc(8_192)
let used = pool.length

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  return pool.toString('hex', used - bytes, used)
}
