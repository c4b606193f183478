import type { Match } from './match.ts'
import type { Word } from './note-words.ts'

const DENIALS = new Set([
  'not',
  'no',
  'never',
  'without',
  "don't",
  "doesn't",
  "didn't",
  "won't",
  "isn't",
  "aren't",
  "wasn't",
  "can't",
  "couldn't",
  "wouldn't",
  "haven't",
  "hasn't",
  "ain't",
  'nor',
  'neither',
  'не',
  'нет',
  'без',
  'никогда',
  'ни',
])

/** Maximum distance of a denial: "not yet urgent", "don't really want to buy", "не очень срочно". */
const REACH_WORDS = 4

/** Words after which a denial denies nothing: "not only", "not just", "не только". */
const UNDONE_BY_NEXT = new Set(['only', 'just', 'sure', 'только', 'просто', 'знаю'])

/**
 * Whether a denial precedes the match closely within the same clause. "Not cheap, but we buy" therefore does not deny
 * buying.
 */
export function isDenied(match: Pick<Match, 'first'>, words: readonly Word[]): boolean {
  const clause = words[match.first]?.clause
  for (let i = match.first - 1; i >= match.first - REACH_WORDS; i--) {
    const word = words[i]
    if (word === undefined || word.clause !== clause) return false
    if (DENIALS.has(word.text) && !UNDONE_BY_NEXT.has(words[i + 1]?.text ?? '')) return true
  }
  return false
}
