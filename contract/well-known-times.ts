import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt'
import { timestampDate } from '@bufbuild/protobuf/wkt'
import { invalidRequest } from '../lib/errors/parse.ts'

const MAX_NANOS = 999_999_999
/** 10,000 years: google/protobuf/duration.proto. */
const MAX_DURATION_SECONDS = 315_576_000_000n
/** From 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z: google/protobuf/timestamp.proto. */
const MIN_TIMESTAMP_SECONDS = -62_135_596_800n
const MAX_TIMESTAMP_SECONDS = 253_402_300_799n

/**
 * The milliseconds of a Duration that a caller sent; undefined without one.
 *
 * @param path names the field in a fault
 * @throws AppError `invalid_request` when the Duration is outside what protobuf allows, which binary decoding does not check
 */
export function millisecondsOf(duration: Duration | undefined, path: string): number | undefined {
  if (duration === undefined) return undefined
  const { seconds, nanos } = duration
  if (Math.abs(nanos) > MAX_NANOS || (seconds > 0n && nanos < 0) || (seconds < 0n && nanos > 0)) {
    const message = `must have nanos of at most ${MAX_NANOS}, with the sign of its seconds`
    throw invalidRequest([{ path, message }])
  }
  if (seconds > MAX_DURATION_SECONDS || seconds < -MAX_DURATION_SECONDS) {
    throw invalidRequest([{ path, message: `must have seconds of at most ${MAX_DURATION_SECONDS}` }])
  }
  return Number(seconds) * 1_000 + nanos / 1_000_000
}

/**
 * The time of a Timestamp that a caller sent, to the millisecond; undefined without one.
 *
 * @param path names the field in a fault
 * @throws AppError `invalid_request`, likewise
 */
export function dateOf(timestamp: Timestamp | undefined, path: string): Date | undefined {
  if (timestamp === undefined) return undefined
  const { seconds, nanos } = timestamp
  if (nanos < 0 || nanos > MAX_NANOS)
    throw invalidRequest([{ path, message: `must have nanos from 0 to ${MAX_NANOS}` }])
  if (seconds < MIN_TIMESTAMP_SECONDS || seconds > MAX_TIMESTAMP_SECONDS) {
    throw invalidRequest([{ path, message: 'must be a time of the years 1 to 9999' }])
  }
  return timestampDate(timestamp)
}
