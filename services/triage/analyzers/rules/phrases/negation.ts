import { wordSet } from '../reading/folding.ts'
import { type Word, wordAt } from '../reading/note-words.ts'
import type { Match } from './match.ts'

/** By language, so that each can be read and extended on its own. Folded as words of notes are. */
const DENIALS = wordSet(
  "not no never without nor neither don't doesn't didn't won't isn't aren't wasn't can't couldn't wouldn't haven't hasn't ain't",
  'не нет без никогда ни',
  'nicht nichts nie niemals ohne kein keine keinen keinem keiner keinerlei keinesfalls',
  'pas jamais sans aucun aucune',
  'nunca jamás sin ni tampoco ningún ninguna ninguno',
  'não nunca sem nem nenhum nenhuma',
)

/** Denials that may follow what they deny: "das eilt nicht", "wir suchen keinen Anbieter", "nous ne cherchons pas". */
const FOLLOWING_DENIALS = wordSet('nicht nichts nie niemals kein keine keinen keinem keiner', 'pas jamais')

/** Maximum distance of a denial: "not yet urgent", "don't really want to buy", "не очень срочно". */
const REACH_WORDS = 4

const FOLLOWING_REACH_WORDS = 3

/** A following denial beyond one of these denies something else: "brauchen 5 Lizenzen und können nicht warten". */
const CONJUNCTIONS = wordSet(
  'und oder aber denn da weil wenn falls dass ob sonst',
  'et ou mais car si que qui donc sinon',
)

/** Words after which a denial denies nothing: "not only", "don't hesitate", "nicht nur", "pas seulement". */
const UNDONE_BY_NEXT = wordSet(
  'only just sure hesitate',
  'только просто знаю',
  'nur bloß zuletzt sicher zögern',
  'seulement que uniquement mal sûr certain',
  'solo sólo solamente duden dude dudes duda',
  'só somente apenas hesite hesitem deixe deixem',
)

/** Words up to two places before a denial that then denies nothing: "n'hésitez pas à appeler", "zögern Sie nicht". */
const UNDONE_BY_PREVIOUS = wordSet("n'hésitez n'hésite hésitez pourquoi", 'zögern warum wieso')

/** In Portuguese "no" means "in the". Few words suffice, since nearly every note has one of them. */
const PORTUGUESE = wordSet('não você vocês uma em meu minha nosso nossa vosso vossa pelo pela são também ao aos')

/** Maximum number of words searched for a Portuguese one. */
const PORTUGUESE_SAMPLE = 100

/**
 * Whether a denial precedes the match closely within the same clause, or in German and French follows it. "Not cheap,
 * but we buy" therefore does not deny buying.
 */
export function isDenied(match: Pick<Match, 'first' | 'last'>, words: readonly Word[]): boolean {
  return isDeniedBefore(match.first, words) || isDeniedAfter(match.last, words)
}

function isDeniedBefore(first: number, words: readonly Word[]): boolean {
  const clause = wordAt(words, first)?.clause
  for (let i = first - 1; i >= first - REACH_WORDS; i--) {
    const word = wordAt(words, i)
    if (word === undefined || word.clause !== clause) return false
    if (DENIALS.has(word.text) && !isUndone(i, words) && !(word.text === 'no' && isPortuguese(words))) return true
  }
  return false
}

function isDeniedAfter(last: number, words: readonly Word[]): boolean {
  const clause = wordAt(words, last)?.clause
  for (let i = last + 1; i <= last + FOLLOWING_REACH_WORDS; i++) {
    const word = wordAt(words, i)
    if (word === undefined || word.clause !== clause || CONJUNCTIONS.has(word.text)) return false
    if (FOLLOWING_DENIALS.has(word.text)) return !isUndone(i, words)
  }
  return false
}

function isPortuguese(words: readonly Word[]): boolean {
  return words.slice(0, PORTUGUESE_SAMPLE).some((word) => PORTUGUESE.has(word.text))
}

function isUndone(denial: number, words: readonly Word[]): boolean {
  const textAt = (i: number): string => wordAt(words, i)?.text ?? ''
  if (UNDONE_BY_NEXT.has(textAt(denial + 1))) return true
  return UNDONE_BY_PREVIOUS.has(textAt(denial - 1)) || UNDONE_BY_PREVIOUS.has(textAt(denial - 2))
}
