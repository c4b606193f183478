/*
 * Days as numbers: 0 is 1 January 1970 in UTC. A `Date` has no offset of its own, so the day of a lead is its day in UTC.
 */

const MS_PER_DAY = 86_400_000

export function dayOf(time: Date): number {
  return quotient(time.getTime(), MS_PER_DAY)
}

/** The quotient, rounded down, as a 32-bit integer: V8 would store others as objects. */
function quotient(dividend: number, divisor: number): number {
  return Math.floor(dividend / divisor) | 0
}

/*
 * Conversions by integer arithmetic, since creating a `Date` for each would be most of the time that a date takes.
 * Years are shifted to begin in March, so that the leap day is the last of a year: "days_from_civil" and
 * "civil_from_days" in https://howardhinnant.github.io/date_algorithms.html.
 */

const DAYS_PER_ERA = 146_097
/** 1 March of the year 0. */
const EPOCH_OFFSET = 719_468

/** @param month 1 to 12; larger and smaller months count from the same year */
export function dayFrom(year: number, month: number, day: number): number {
  const monthsFromMarch = 12 * year + month - 3
  const shiftedYear = quotient(monthsFromMarch, 12)
  const era = quotient(shiftedYear, 400)
  const yearOfEra = shiftedYear - era * 400
  const dayOfYear = quotient(153 * (monthsFromMarch - 12 * shiftedYear) + 2, 5) + day - 1
  const leapDays = quotient(yearOfEra, 4) - quotient(yearOfEra, 100)
  return era * DAYS_PER_ERA + yearOfEra * 365 + leapDays + dayOfYear - EPOCH_OFFSET
}

/** The year times 512, plus the month times 32, plus the day of the month. */
function civilOf(day: number): number {
  const shifted = day + EPOCH_OFFSET
  const era = quotient(shifted, DAYS_PER_ERA)
  const dayOfEra = shifted - era * DAYS_PER_ERA
  const leapDays = quotient(dayOfEra, 1_460) - quotient(dayOfEra, 36_524) + quotient(dayOfEra, 146_096)
  const yearOfEra = quotient(dayOfEra - leapDays, 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + quotient(yearOfEra, 4) - quotient(yearOfEra, 100))
  const fromMarch = quotient(5 * dayOfYear + 2, 153)
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return year * 512 + month * 32 + dayOfYear - quotient(153 * fromMarch + 2, 5) + 1
}

/** Returns undefined for a day that does not exist, for example 29 February 2026. */
export function existingDay(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined
  const found = dayFrom(year, month, day)
  return monthOf(found) === month ? found : undefined
}

/** Like {@link existingDay}, for a month that may lie in another year: 13 is January of the next. */
export function dayInMonth(year: number, month: number, day: number): number | undefined {
  const first = dayFrom(year, month, 1)
  return existingDay(yearOf(first), monthOf(first), day)
}

/** The last day of a month. */
export function monthEnd(year: number, month: number): number {
  return dayFrom(year, month + 1, 1) - 1
}

export function yearOf(day: number): number {
  return civilOf(day) >> 9
}

/** 1 to 12. */
export function monthOf(day: number): number {
  return (civilOf(day) >> 5) & 15
}

/** 1 to 31. */
export function dayOfMonth(day: number): number {
  return civilOf(day) & 31
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
  return Math.min(dayFrom(year, month, dayOfMonth(day)), monthEnd(year, month)) | 0
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
