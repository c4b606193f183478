import { invalidRequest } from '../../../lib/errors/parse.ts'

export const Interval = { Hour: 'hour', Day: 'day' } as const
export type Interval = (typeof Interval)[keyof typeof Interval]

/** A period that consists of whole intervals, which consist of whole hours of UTC. */
export interface Period {
  /** The start of each interval, in order, and the end of the last one. */
  readonly edges: readonly Date[]
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Days are longer, also when a zone changes its offset. Formatting the date of each hour of a year takes 50 ms. */
const MIN_DAY_HOURS = 12
const DEFAULT_DAYS = 30
const MAX_DAYS = 366
const MAX_DAYS_BY_HOUR = 31
const MAX_DAYS_BY_HOUR_AND_GROUP = 7
/** So that the edges around a time are in the years 1 to 9999. */
const [MIN_YEAR, MAX_YEAR] = [1970, 9998]

/**
 * Extends a period to whole intervals. A day has the hours of UTC that start in it, by the clocks of the time zone.
 *
 * @param isGrouped whether figures are also counted by a property, so that there are more of them
 * @throws AppError `invalid_request`
 */
export function wholePeriod(
  request: { from?: Date | undefined; to?: Date | undefined; interval: Interval; timeZone: string },
  now: Date,
  isGrouped: boolean,
): Period {
  const byHour = isGrouped ? MAX_DAYS_BY_HOUR_AND_GROUP : MAX_DAYS_BY_HOUR
  const maxDays = request.interval === Interval.Hour ? byHour : MAX_DAYS
  const to = request.to ?? now
  const from = request.from ?? new Date(to.getTime() - Math.min(DEFAULT_DAYS, maxDays) * DAY_MS)
  assertPeriod(from, to, maxDays)
  const startsInterval = request.interval === Interval.Hour ? () => true : createDayStart(request.timeZone)
  const edges: Date[] = []
  let hour = Math.floor(from.getTime() / HOUR_MS) * HOUR_MS
  while (!startsInterval(hour)) hour -= HOUR_MS
  for (; hour < to.getTime() || !startsInterval(hour); hour += HOUR_MS) {
    if (!startsInterval(hour)) continue
    edges.push(new Date(hour))
    if (request.interval === Interval.Day) hour += (MIN_DAY_HOURS - 1) * HOUR_MS
  }
  edges.push(new Date(hour))
  return { edges }
}

function assertPeriod(from: Date, to: Date, maxDays: number): void {
  for (const [path, time] of Object.entries({ from, to })) {
    const year = time.getUTCFullYear()
    if (year < MIN_YEAR || year > MAX_YEAR) {
      throw invalidRequest([{ path, message: `must be in the years ${MIN_YEAR} to ${MAX_YEAR}` }])
    }
  }
  if (from >= to) throw invalidRequest([{ path: 'from', message: 'must be before to' }])
  if (to.getTime() - from.getTime() > maxDays * DAY_MS) {
    throw invalidRequest([{ path: 'from', message: `must be at most ${maxDays} days before to` }])
  }
}

/** @returns whether an hour is the first one that starts in a day of the time zone */
function createDayStart(timeZone: string): (hour: number) => boolean {
  const format = dateFormat(timeZone)
  let last = { hour: Number.NaN, date: '' }
  const dateOf = (hour: number) => {
    if (last.hour !== hour) last = { hour, date: format.format(hour) }
    return last.date
  }
  return (hour) => {
    const before = dateOf(hour - HOUR_MS)
    return before !== dateOf(hour)
  }
}

/** Whether Node knows the time zone by this name. */
export function isTimeZone(name: string): boolean {
  try {
    dateFormat(name)
    return /^[A-Za-z]/.test(name) // not an offset
  } catch {
    return false
  }
}

function dateFormat(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: 'numeric', day: 'numeric' })
}
