import type { Role, Unit } from '../date-words.ts'

/** The words of one language from which dates are made. Forms of a word are separated by `|`, words by spaces. */
export interface DateVocabulary {
  /** Monday to Sunday. */
  readonly weekdays: string
  /** Weekdays that also mean something else: they count only after a word such as "by" or before a time. */
  readonly weakWeekdays?: string
  /** "Mondays". */
  readonly repeated?: string
  /** January to December. */
  readonly months: string
  /** Months that also mean something else, or nothing without a day: `-` leaves one out. */
  readonly weakMonths?: string
  readonly units: Partial<Record<keyof typeof Unit, string>>
  /** Days by their distance from today. */
  readonly days: Readonly<Record<string, string>>
  readonly partsOfDay: string
  /** Words such as "Uhr", that make a number a time of day. */
  readonly clock?: string
  /** By value. */
  readonly numbers: Readonly<Record<number, string>>
  /** "to" in "Monday to Friday". */
  readonly to: string
  /** "after" in "day after tomorrow". */
  readonly after: string
  readonly denials: string
  readonly roles: Partial<Record<keyof typeof Role, string>>
  /** Endings of verbs in the past, tested on words that are in no list, and words that only look so. */
  readonly past?: { readonly endings: RegExp; readonly except: string }
  /** "ai" and "commandé", which make a past only together. */
  readonly perfect?: { readonly auxiliaries: string; readonly participles: string }
}
