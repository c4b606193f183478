import { readFileSync } from 'node:fs'
import { keepSpellings, spellingOf } from '../reading/spelling.ts'

/*
 * The words for which the model has rows, as they stand in notes but for upper case, the most frequent first. `npm run
 * learn` writes the file. Their spellings are kept, so only words that are new to the model are ever read twice.
 */
const KNOWN_WORDS = readFileSync(new URL('words.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n')

for (const word of KNOWN_WORDS) spellingOf(word)
keepSpellings()

/** Few enough that the language is detected from all of them. */
const WORDS_PER_NOTE = 60

/** Notes with all known words. */
export function* notesOfKnownWords(): Generator<string> {
  for (let i = 0; i < KNOWN_WORDS.length; i += WORDS_PER_NOTE) yield KNOWN_WORDS.slice(i, i + WORDS_PER_NOTE).join(' ')
}
