import { dayFrom, monthEnd, monthOf, weekEnd, yearOf } from './calendar.ts'
import { amountOf, BEFORE_DATE, Role, Unit } from './date-words.ts'
import { type Distance, type Mention, Tense } from './mention.ts'
import { later } from './read-number.ts'
import { codeAt, isToldAsPast, type Reading, roleAfter, rolesBefore, textAt } from './surroundings.ts'

const NEXT = Role.Next | Role.Coming

/** Reads a week, month or the like without a number: "next week", "by the end of the month", "in a week", "через год". */
export function readPeriod(reading: Reading, at: number): Mention | undefined {
  const before = rolesBefore(reading, at)
  const isWeekend = textAt(reading, at) === 'week' && textAt(reading, at + 1) === 'end'
  const after = roleAfter(reading, isWeekend ? at + 1 : at)
  const roles = before.roles | after.role | (codeAt(reading, at) & BEFORE_DATE) // "Monatsende" has the role End itself
  const unit = isWeekend ? Unit.Weekend : amountOf(codeAt(reading, at))
  const hasAgo = (codeAt(reading, at + 1) & Role.AgoAfter) !== 0
  const span = { first: before.first, last: hasAgo ? at + 1 : after.last }
  const isRegular = (roles & Role.Every) !== 0 && (roles & (NEXT | Role.Within | Role.Last | Role.By)) === 0
  if (isRegular) return undefined
  const ago = hasAgo || (roles & Role.AgoBefore) !== 0
  if ((roles & Role.Last) !== 0 || (ago && (roles & (Role.By | NEXT)) === 0)) {
    if (unit === Unit.Minute || unit === Unit.Hour) return undefined
    const isWeek = unit === Unit.Weekend || unit === Unit.Week
    const day = isWeek ? weekEnd(reading.today) - 7 : later(reading.today, -1, unit)
    return { ...span, tense: Tense.Past, day, precision: precisionOf(unit) }
  }
  if ((roles & Role.Since) !== 0) return undefined
  const found = periodAhead(reading, at, unit, roles)
  const isDeadline = (roles & Role.By) !== 0
  const isOver =
    unit === Unit.Week && !isDeadline && (roles & NEXT) === 0 && found !== undefined && isToldAsPast(reading, at)
  if (found === undefined || isOver) return undefined
  return { ...span, tense: isDeadline ? Tense.Deadline : Tense.Coming, ...found }
}

function precisionOf(unit: number): Mention['precision'] {
  if (unit === Unit.Week) return 'week'
  if (unit === Unit.Month || unit === Unit.Quarter) return 'month'
  return unit === Unit.Year ? 'year' : 'day'
}

type Ahead = Pick<Mention, 'day' | 'precision' | 'isTimeOnly'> & { readonly atLeast?: Distance }

function periodAhead(reading: Reading, at: number, unit: number, roles: number): Ahead | undefined {
  const { today } = reading
  const isNext = (roles & NEXT) !== 0
  const isThis = (roles & (Role.This | Role.End)) !== 0
  const isWithin = (roles & (Role.Within | Role.By)) !== 0 && !isThis && isOne(reading, at, roles)
  switch (unit) {
    case Unit.Minute:
    case Unit.Hour:
      return isWithin ? { day: today, precision: 'day' } : undefined
    case Unit.Day:
      if (isNext && !ONE_DAY.has(textAt(reading, at))) return { day: today + 2, precision: 'days' }
      return (roles & Role.End) !== 0 ? { day: today, precision: 'day', isTimeOnly: true } : undefined
    case Unit.Week:
      if (isNext && WEEKS.has(textAt(reading, at))) return { day: today + 21, precision: 'weeks' }
      if (isNext) return nextWeek(reading, at)
      if (isThis) return { day: weekEnd(today), precision: 'week' }
      return isWithin ? { day: today + 7, precision: 'day', atLeast: 'next week' } : undefined
    case Unit.Weekend:
      return weekend(reading, at, roles)
    case Unit.Fortnight:
      return isWithin || isNext ? { day: today + 14, precision: 'day', atLeast: 'weeks' } : undefined
    case Unit.Month:
      return month(today, roles, isWithin)
    case Unit.Quarter:
      return quarter(today, roles)
    case Unit.HalfYear:
      return isWithin ? { day: later(today, 1, unit), precision: 'month', atLeast: 'months' } : undefined
    default:
      return year(today, roles, isWithin)
  }
}

const AFTER_NEXT = new Set(['after', 'ubernachste', 'ubernachsten'])

function nextWeek(reading: Reading, at: number): Ahead {
  const sunday = weekEnd(reading.today) + 7
  if (AFTER_NEXT.has(textAt(reading, at + 1))) return { day: sunday + 7, precision: 'week', atLeast: 'weeks' }
  return { day: sunday, precision: 'week' }
}

function weekend(reading: Reading, at: number, roles: number): Ahead | undefined {
  const sunday = weekEnd(reading.today)
  if ((roles & Role.Next) !== 0) return { day: sunday + 7, precision: 'day' }
  const isNamed = (roles & (Role.This | Role.Coming | Role.By | Role.On | Role.For | Role.Within)) !== 0
  return isNamed && !isToldAsPast(reading, at) ? { day: sunday, precision: 'day' } : undefined
}

function month(today: number, roles: number, isWithin: boolean): Ahead | undefined {
  const [inYear, inMonth] = [yearOf(today), monthOf(today)]
  if ((roles & NEXT) !== 0) {
    const isEnd = (roles & Role.End) !== 0
    const day = isEnd ? monthEnd(inYear, inMonth + 1) : dayFrom(inYear, inMonth + 1, 1)
    return { day, precision: 'month', atLeast: 'weeks' }
  }
  if ((roles & (Role.This | Role.End)) !== 0) return { day: monthEnd(inYear, inMonth), precision: 'month' }
  if (!isWithin) return undefined
  return { day: later(today, 1, Unit.Month), precision: 'day', atLeast: 'weeks' }
}

function quarter(today: number, roles: number): Ahead | undefined {
  const lastMonth = Math.ceil(monthOf(today) / 3) * 3
  if ((roles & NEXT) !== 0)
    return { day: dayFrom(yearOf(today), lastMonth + 1, 1), precision: 'month', atLeast: 'weeks' }
  const isThis = (roles & (Role.This | Role.End)) !== 0
  return isThis ? { day: monthEnd(yearOf(today), lastMonth), precision: 'month' } : undefined
}

function year(today: number, roles: number, isWithin: boolean): Ahead | undefined {
  if ((roles & NEXT) !== 0) return { day: dayFrom(yearOf(today) + 1, 1, 1), precision: 'year' }
  if ((roles & Role.End) !== 0) return { day: dayFrom(yearOf(today), 12, 31), precision: 'day' }
  return isWithin ? { day: later(today, 1, Unit.Year), precision: 'year' } : undefined
}

const ONE_DAY = new Set(['day', 'tag', 'jour', 'dia', 'день'])
const WEEKS = new Set(['weeks', 'wochen', 'semaines', 'semanas'])

const ONE = new Set('a an one einer einem eine un una une um uma одну один одного через течение'.split(' '))

/** Whether "in" counts one unit: "in a week", "через неделю", "within the hour"; not "in the week", "in Year 9". */
function isOne(reading: Reading, at: number, roles: number): boolean {
  const previous = textAt(reading, at - 1)
  if (textAt(reading, at - 2) === 'than') return false // "more than a week"
  return (
    ONE.has(previous) || (previous === 'the' && (roles & Role.By) !== 0 && amountOf(codeAt(reading, at)) !== Unit.Year)
  )
}
