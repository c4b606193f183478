import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt'
import { timestampDate } from '@bufbuild/protobuf/wkt'
import { z } from 'zod'
import { invalidRequest } from '../lib/errors/parse.ts'

const MAX_NANOS = 999_999_999
/** 10,000 years: google/protobuf/duration.proto. */
const MAX_DURATION_SECONDS = 315_576_000_000n
/** From 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z: google/protobuf/timestamp.proto. */
const MIN_TIMESTAMP_SECONDS = -62_135_596_800n
const MAX_TIMESTAMP_SECONDS = 253_402_300_799n

const error = 'must be a time such as 2026-01-31T12:00:00Z, in the years 1 to 9999'

/** A point in time: RFC 3339 text (REST) or a Date (converted from a Timestamp). Truncated to milliseconds. */
export const timeSchema = z
  .union([z.date(), z.iso.datetime({ offset: true }).transform((text) => new Date(text))], { error })
  // a Date has a wider range than PostgreSQL and Timestamp; ISO text of years outside theirs starts with a sign
  .refine((time) => /^(?!0000)\d{4}-/.test(time.toISOString()), { error })

/**
 * Converts a Duration to milliseconds; undefined stays undefined.
 *
 * @param path the field to name in a violation
 * @throws AppError `invalid_request` when the Duration is out of protobuf's range, which binary decoding does not check
 */
export function millisecondsOf(duration: Duration | undefined, path: string): number | undefined {
  if (duration === undefined) return undefined
  const { seconds, nanos } = duration
  if (Math.abs(nanos) > MAX_NANOS || (seconds > 0n && nanos < 0) || (seconds < 0n && nanos > 0)) {
    const message = `must have nanos of at most ${MAX_NANOS}, with the same sign as seconds`
    throw invalidRequest([{ path, message }])
  }
  if (seconds > MAX_DURATION_SECONDS || seconds < -MAX_DURATION_SECONDS) {
    throw invalidRequest([{ path, message: `must have seconds of at most ${MAX_DURATION_SECONDS}` }])
  }
  return Number(seconds) * 1_000 + nanos / 1_000_000
}

/**
 * Converts a Timestamp to a Date, truncated to milliseconds; undefined stays undefined.
 *
 * @param path the field to name in a violation
 * @throws AppError `invalid_request` when the Timestamp is out of protobuf's range
 */
export function dateOf(timestamp: Timestamp | undefined, path: string): Date | undefined {
  if (timestamp === undefined) return undefined
  const { seconds, nanos } = timestamp
  if (nanos < 0 || nanos > MAX_NANOS)
    throw invalidRequest([{ path, message: `must have nanos from 0 to ${MAX_NANOS}` }])
  if (seconds < MIN_TIMESTAMP_SECONDS || seconds > MAX_TIMESTAMP_SECONDS) {
    throw invalidRequest([{ path, message: 'must be a time in the years 1 to 9999' }])
  }
  return timestampDate(timestamp)
}
