import { randomFillSync } from 'node:crypto'

/** W3C Trace Context, version 00: `00-<trace id>-<parent id>-<flags>`. An all-zero id is invalid. */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/

/** The `traceparent` to propagate: a new span in the caller's trace, or in a new trace if `incoming` is invalid. */
export function childTraceparent(incoming: string | undefined): string {
  const [, traceId, flags] = incoming === undefined ? [] : (TRACEPARENT.exec(incoming) ?? [])
  return `00-${traceId ?? randomHex(16)}-${randomHex(8)}-${flags ?? '00'}`
}

/** Random bytes are fetched in bulk, since each lead needs several ids. */
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
