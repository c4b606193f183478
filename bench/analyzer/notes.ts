import { createRandom } from '../reads/random.ts'

/*
 * The notes of the analyzer benchmark, besides the timed ones.
 *
 * The analyzer caches results per spelling, so the first occurrence of a word costs more than later ones. To measure that
 * with compiled code, the analyzer reads the timed notes several times and before each of these readings as many new
 * words as displace all others from its cache. The code for the timed notes is compiled then, and their words are new.
 */

const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}'’]*/gu
const LONG_NOTE_CHARACTERS = 20_000

/** More than twice what any version caches: 65,536 in rules@3, 20,000 in rules@2. */
const DISPLACING_WORDS = 150_000
const DISPLACING_WORDS_PER_NOTE = 30
const [MIN_LETTERS, MAX_LETTERS] = [4, 11]
/** The first letter and the number of letters: most timed notes are Latin, a quarter is Cyrillic. */
const LATIN = { first: 'a'.charCodeAt(0), size: 26 }
const CYRILLIC = { first: 'а'.charCodeAt(0), size: 32 }
const CYRILLIC_SHARE = 0.25

/** Notes of random letters, always the same, with no word twice and no word of `timed`. */
export function displacingNotes(timed: readonly string[], size = DISPLACING_WORDS): string[] {
  const newWord = createNewWords(timed)
  return Array.from({ length: Math.ceil(size / DISPLACING_WORDS_PER_NOTE) }, () =>
    Array.from({ length: DISPLACING_WORDS_PER_NOTE }, () => newWord()).join(' '),
  )
}

/** Returns words in lower case, none twice and none of `notes`. */
function createNewWords(notes: readonly string[]): (length?: number) => string {
  const random = createRandom(1)
  const taken = new Set(notes.flatMap((note) => note.toLowerCase().match(WORD) ?? []))
  return function newWord(length = MIN_LETTERS + Math.floor(random() * (MAX_LETTERS + 1 - MIN_LETTERS))) {
    const { first, size } = random() < CYRILLIC_SHARE ? CYRILLIC : LATIN
    let word = ''
    for (let i = 0; i < length; i++) word += String.fromCharCode(first + Math.floor(random() * size))
    if (taken.has(word)) return newWord(length + 1)
    taken.add(word)
    return word
  }
}

/** Notes of the maximum length by what they consist of: ordinary text, and text chosen to be slow. */
export function longNotes(notes: readonly string[]): Record<string, string> {
  const words = [...new Set(notes.flatMap((note) => note.match(WORD) ?? []))]
  const newWord = createNewWords(notes)
  return {
    'ordinary text': fill((i) => `${notes[i % notes.length]} `),
    'new words': fill(() => `${newWord()} `),
    'one word': 'a'.repeat(LONG_NOTE_CHARACTERS),
    'words of one letter': fill((i) => `${String.fromCharCode(97 + (i % 26))} `),
    numbers: fill((i) => `${(i * 7_919) % 100_000} `),
    'one repeated digit': fill(() => '7 '),
    'words of mixed scripts': fill((i) => `${words[i % words.length]?.replaceAll('e', 'е').replaceAll('о', 'o')}ж `),
    newlines: '\n'.repeat(LONG_NOTE_CHARACTERS - 1).concat('a'),
    'words on lines of their own': fill((i) => `${words[i % words.length]}\n`),
  }
}

function fill(part: (i: number) => string): string {
  let text = ''
  for (let i = 0; text.length < LONG_NOTE_CHARACTERS; i++) text += part(i)
  return text.slice(0, LONG_NOTE_CHARACTERS)
}
