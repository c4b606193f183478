import { BUY as ENGLISH_BUY } from './english/buy.ts'
import { JOB as ENGLISH_JOB } from './english/job.ts'
import { OTHER as ENGLISH_OTHER } from './english/other.ts'
import { SPAM as ENGLISH_SPAM } from './english/spam.ts'
import { SUPPORT as ENGLISH_SUPPORT } from './english/support.ts'
import { TIME as ENGLISH_TIME } from './english/time.ts'
import type { Evidence } from './evidence.ts'
import { BUY as RUSSIAN_BUY } from './russian/buy.ts'
import { JOB as RUSSIAN_JOB } from './russian/job.ts'
import { OTHER as RUSSIAN_OTHER } from './russian/other.ts'
import { SPAM as RUSSIAN_SPAM } from './russian/spam.ts'
import { SUPPORT as RUSSIAN_SUPPORT } from './russian/support.ts'
import { TIME as RUSSIAN_TIME } from './russian/time.ts'

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
]
