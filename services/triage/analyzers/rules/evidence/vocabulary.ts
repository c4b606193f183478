import { BUY as ENGLISH_BUY } from './english/buy.ts'
import { JOB as ENGLISH_JOB } from './english/job.ts'
import { OTHER as ENGLISH_OTHER } from './english/other.ts'
import { SPAM as ENGLISH_SPAM } from './english/spam.ts'
import { SUPPORT as ENGLISH_SUPPORT } from './english/support.ts'
import { TIME as ENGLISH_TIME } from './english/time.ts'
import type { Evidence } from './evidence.ts'
import { BUY as FRENCH_BUY } from './french/buy.ts'
import { JOB as FRENCH_JOB } from './french/job.ts'
import { OTHER as FRENCH_OTHER } from './french/other.ts'
import { SPAM as FRENCH_SPAM } from './french/spam.ts'
import { SUPPORT as FRENCH_SUPPORT } from './french/support.ts'
import { TIME as FRENCH_TIME } from './french/time.ts'
import { BUY as GERMAN_BUY } from './german/buy.ts'
import { JOB as GERMAN_JOB } from './german/job.ts'
import { OTHER as GERMAN_OTHER } from './german/other.ts'
import { SPAM as GERMAN_SPAM } from './german/spam.ts'
import { SUPPORT as GERMAN_SUPPORT } from './german/support.ts'
import { TIME as GERMAN_TIME } from './german/time.ts'
import { BUY as PORTUGUESE_BUY } from './portuguese/buy.ts'
import { JOB as PORTUGUESE_JOB } from './portuguese/job.ts'
import { OTHER as PORTUGUESE_OTHER } from './portuguese/other.ts'
import { SPAM as PORTUGUESE_SPAM } from './portuguese/spam.ts'
import { SUPPORT as PORTUGUESE_SUPPORT } from './portuguese/support.ts'
import { TIME as PORTUGUESE_TIME } from './portuguese/time.ts'
import { BUY as RUSSIAN_BUY } from './russian/buy.ts'
import { JOB as RUSSIAN_JOB } from './russian/job.ts'
import { OTHER as RUSSIAN_OTHER } from './russian/other.ts'
import { SPAM as RUSSIAN_SPAM } from './russian/spam.ts'
import { SUPPORT as RUSSIAN_SUPPORT } from './russian/support.ts'
import { TIME as RUSSIAN_TIME } from './russian/time.ts'
import { BUY as SPANISH_BUY } from './spanish/buy.ts'
import { JOB as SPANISH_JOB } from './spanish/job.ts'
import { OTHER as SPANISH_OTHER } from './spanish/other.ts'
import { SPAM as SPANISH_SPAM } from './spanish/spam.ts'
import { SUPPORT as SPANISH_SUPPORT } from './spanish/support.ts'
import { TIME as SPANISH_TIME } from './spanish/time.ts'

/**
 * The vocabulary of the rules. Every note is searched for phrases of all languages: people mix them ("нужна demo"), and a
 * wrongly detected language must not hide evidence.
 */
export const VOCABULARY: readonly Evidence[] = [
  ...ENGLISH_BUY,
  ...ENGLISH_SUPPORT,
  ...ENGLISH_JOB,
  ...ENGLISH_SPAM,
  ...ENGLISH_OTHER,
  ...ENGLISH_TIME,
  ...RUSSIAN_BUY,
  ...RUSSIAN_SUPPORT,
  ...RUSSIAN_JOB,
  ...RUSSIAN_SPAM,
  ...RUSSIAN_OTHER,
  ...RUSSIAN_TIME,
  ...PORTUGUESE_BUY,
  ...PORTUGUESE_SUPPORT,
  ...PORTUGUESE_JOB,
  ...PORTUGUESE_SPAM,
  ...PORTUGUESE_OTHER,
  ...PORTUGUESE_TIME,
  ...SPANISH_BUY,
  ...SPANISH_SUPPORT,
  ...SPANISH_JOB,
  ...SPANISH_SPAM,
  ...SPANISH_OTHER,
  ...SPANISH_TIME,
  ...GERMAN_BUY,
  ...GERMAN_SUPPORT,
  ...GERMAN_JOB,
  ...GERMAN_SPAM,
  ...GERMAN_OTHER,
  ...GERMAN_TIME,
  ...FRENCH_BUY,
  ...FRENCH_SUPPORT,
  ...FRENCH_JOB,
  ...FRENCH_SPAM,
  ...FRENCH_OTHER,
  ...FRENCH_TIME,
]
