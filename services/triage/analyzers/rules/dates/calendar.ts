/*
 * Days as numbers: 0 is 1 January 1970 in UTC. A `Date` has no offset of its own, so the day of a lead is its day in UTC.
 */

const MS_PER_DAY = 86_400_000

export function dayOf(time: Date): number {
  return Math.floor(time.getTime() / MS_PER_DAY)
}

/** @param month 1 to 12; larger and smaller months count from the same year */
export function dayFrom(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / MS_PER_DAY
}

/** Returns undefined for a day that does not exist, for example 29 February 2026. */
export function existingDay(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > lastOfMonth(year, month)) return undefined
  return dayFrom(year, month, day)
}

function lastOfMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}

/** The last day of a month. */
export function monthEnd(year: number, month: number): number {
  return dayFrom(year, month + 1, 0)
}

export function yearOf(day: number): number {
  return new Date(day * MS_PER_DAY).getUTCFullYear()
}

/** 1 to 12. */
export function monthOf(day: number): number {
  return new Date(day * MS_PER_DAY).getUTCMonth() + 1
}

/** 1 to 31. */
export function dayOfMonth(day: number): number {
  return new Date(day * MS_PER_DAY).getUTCDate()
}

/** 1 is Monday, 7 is Sunday. */
export function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1
}

/** The Sunday of the week of a day: weeks begin on Monday. */
export function weekEnd(day: number): number {
  return day + 7 - weekdayOf(day)
}

/** The same day of a later or earlier month, or the last day of that month if it is shorter. */
export function addMonths(day: number, months: number): number {
  const year = yearOf(day)
  const month = monthOf(day) + months
  return Math.min(dayFrom(year, month, dayOfMonth(day)), monthEnd(year, month))
}

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const MONTHS = 'January February March April May June July August September October November December'.split(' ')

/** For example "Friday 13 March 2026". */
export function formatDay(day: number): string {
  return `${WEEKDAYS[weekdayOf(day) - 1]} ${dayOfMonth(day)} ${formatMonth(day)}`
}

/** For example "March 2026". */
export function formatMonth(day: number): string {
  return `${MONTHS[monthOf(day) - 1]} ${yearOf(day)}`
}
