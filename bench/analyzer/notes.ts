/*
 * The notes of the analyzer benchmark.
 *
 * The analyzer caches results per spelling, so the first occurrence of a word costs more than later ones. To measure
 * that without the cost of JIT compilation, the analyzer must first read thousands of other notes that share no word
 * with the timed ones. They are notes of eval/data in which each word of the timed notes is replaced: its letters are
 * shifted along the alphabet.
 *
 * Shifted words are in neither the vocabulary nor the model. If all words were shifted, the code for known words would
 * not be compiled. So notes with Cyrillic letters and notes without are timed in separate processes: the other group
 * shares few words with the timed one and keeps the rest.
 */

const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}'’]*/gu
const CYRILLIC = /\p{Script=Cyrillic}/u
const LONG_NOTE_CHARACTERS = 20_000
/** First letter and size of the alphabets, each in lower and upper case. */
const ALPHABETS = [
  ['a', 26],
  ['A', 26],
  ['а', 32],
  ['А', 32],
] as const

/** Splits notes by script. Omits a group without notes. */
export function groupByScript(notes: readonly string[]): string[][] {
  const { cyrillic = [], others = [] } = Object.groupBy(notes, (note) => (CYRILLIC.test(note) ? 'cyrillic' : 'others'))
  return [others, cyrillic].filter((group) => group.length > 0)
}

/** Returns `notes` with every word of `timed` replaced by one that is not in `timed`. Ignores case and accents. */
export function withoutWordsOf(timed: readonly string[], notes: readonly string[]): string[] {
  const taken = new Set(timed.flatMap((note) => note.match(WORD) ?? []).map(folded))
  const replacements = new Map<string, string>()
  const replace = (word: string) => {
    const known = replacements.get(word)
    if (known !== undefined) return known
    let replacement = word
    for (let steps = 1; taken.has(folded(replacement)) && steps < 26; steps++) replacement = shifted(word, steps)
    replacements.set(word, replacement)
    return replacement
  }
  return notes.map((note) => note.replaceAll(WORD, replace))
}

function folded(word: string): string {
  return word.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
}

/** Moves each letter along its alphabet, and starts over after the last; "price" becomes "qsjdf" by one step. */
function shifted(word: string, steps: number): string {
  const codes = [...word].map((letter) => {
    const code = letter.codePointAt(0) ?? 0
    for (const [first, size] of ALPHABETS) {
      const place = code - first.charCodeAt(0)
      if (place >= 0 && place < size) return first.charCodeAt(0) + ((place + steps) % size)
    }
    return code
  })
  return String.fromCodePoint(...codes)
}

/** Notes of the maximum length by what they consist of: ordinary text, and text chosen to be slow. */
export function longNotes(notes: readonly string[]): Record<string, string> {
  const words = [...new Set(notes.flatMap((note) => note.match(WORD) ?? []))]
  const ordinary = fill((i) => `${notes[i % notes.length]} `)
  return {
    'ordinary text': ordinary,
    'ordinary text of new words': withoutWordsOf(notes, [ordinary]).join(),
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
