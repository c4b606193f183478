/**
 * Lines of a note, given by the offsets of their first character and of the end of their text. Sticky expressions, which
 * are tried at one place only, recognize them; tables of first letters spare most lines the expression.
 */

const SPACE = 32

export function matchesAt(sticky: RegExp, note: string, at: number): boolean {
  sticky.lastIndex = at
  return sticky.test(note)
}

/** The offset of the line break that ends the line, or the length of the note. */
export function endOfLine(note: string, start: number): number {
  const end = note.indexOf('\n', start)
  return end < 0 ? note.length : end
}

/** The first offset from `start` that is not a blank, or `end`. */
export function skipBlanks(note: string, start: number, end: number): number {
  let at = start
  while (at < end && isBlank(note.charCodeAt(at))) at++
  return at
}

/** The end of the text of a line that starts at `from`. */
export function endOfText(note: string, from: number, end: number): number {
  let to = end
  while (to > from && isBlank(note.charCodeAt(to - 1))) to--
  return to
}

export function isBlank(code: number): boolean {
  return code <= SPACE || code === 0xa0
}

/** A table of the letters, both lower and upper case, that a line can start with. */
export function firstLetters(letters: string): Uint8Array {
  const table = new Uint8Array(0x460)
  for (const letter of letters + letters.toUpperCase()) table[letter.charCodeAt(0)] = 1
  return table
}

/** Whether the character at `from` is in the table. */
export function startsWithLetter(table: Uint8Array, note: string, from: number): boolean {
  return table[note.charCodeAt(from)] === 1
}
