import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt'
import { LeadtriageError } from './errors.ts'

/** With milliseconds; the services store microseconds. */
export function dateOf({ seconds, nanos }: Timestamp): Date {
  return new Date(Number(seconds) * 1000 + Math.trunc(nanos / 1e6))
}

export function optionalDate(time: Timestamp | undefined): Date | undefined {
  return time && dateOf(time)
}

/** @throws RangeError for an invalid date */
export function timestampOf(date: Date): { seconds: bigint; nanos: number } {
  return durationOf(date.getTime())
}

/** @throws RangeError if it is not a number */
export function durationOf(milliseconds: number): { seconds: bigint; nanos: number } {
  const seconds = Math.floor(milliseconds / 1000)
  return { seconds: BigInt(seconds), nanos: Math.trunc((milliseconds - seconds * 1000) * 1e6) }
}

export function millisecondsOf({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1000 + nanos / 1e6
}

/**
 * A message that every response has.
 * @throws LeadtriageError `internal` if this one does not
 */
export function present<T>(message: T | undefined): T {
  if (message === undefined) throw new LeadtriageError('internal', 'The response of the service is incomplete.')
  return message
}
