/*
 * The characters that words and the gaps between them are made of. Notes are read by character codes, several times as
 * fast as by regular expressions.
 */

const [UNKNOWN, OTHER, START, INSIDE, SYMBOL] = [0, 1, 2, 3, 4]
/** The kind of each code of the Basic Multilingual Plane, found out at its first use. */
const kinds = new Uint8Array(0x10000)

/** What follows the first letter of a word includes marks and invisible characters: "u<zero width>rgent" is one word. */
const STARTS_WORD = /^[\p{L}\p{N}]$/u
const INSIDE_WORD = /^[\p{M}'’\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]$/u
const IS_SYMBOL = /^[$€£₽%]$/

function kindOf(code: number): number {
  const known = kinds[code] as number
  return known === UNKNOWN ? classify(code) : known
}

function classify(code: number): number {
  const kind = kindOfCharacter(String.fromCharCode(code))
  kinds[code] = kind
  return kind
}

function kindOfCharacter(character: string): number {
  if (STARTS_WORD.test(character)) return START
  if (INSIDE_WORD.test(character)) return INSIDE
  return IS_SYMBOL.test(character) ? SYMBOL : OTHER
}

/**
 * The end of the word that starts at `start`; `start` itself when none does. Currency signs and percent signs are words of
 * one character.
 */
export function wordEnd(note: string, start: number): number {
  const code = note.charCodeAt(start)
  const kind = kindOf(code)
  if (kind === SYMBOL) return start + 1
  const isWord = isHighSurrogate(code) ? supplementaryKind(note, start) === START : kind === START
  if (!isWord) return start
  let end = start + (isHighSurrogate(code) ? 2 : 1)
  while (end < note.length) {
    const next = note.charCodeAt(end)
    if (isHighSurrogate(next)) {
      const supplementary = supplementaryKind(note, end)
      if (supplementary !== START && supplementary !== INSIDE) break
      end += 2
    } else {
      const inside = kindOf(next)
      if (inside !== START && inside !== INSIDE) break
      end++
    }
  }
  return end
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

/** The kind of a character outside the Basic Multilingual Plane. */
function supplementaryKind(note: string, at: number): number {
  return kindOfCharacter(String.fromCodePoint(note.codePointAt(at) ?? 0))
}

const [NEW_LINE, SPACE, EXCLAMATION, HYPHEN, FULL_STOP, QUESTION, ELLIPSIS] = [10, 32, 33, 45, 46, 63, 0x2026]
/** Comma, semicolon, colon, dashes, parentheses, new line. */
const ENDS_CLAUSE: ReadonlySet<number> = new Set([...',;:–—()\n'].map((character) => character.charCodeAt(0)))

/** Whether a clause ends between two words: every sentence end, and commas, dashes and parentheses. */
export function clauseEndsIn(note: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const code = note.charCodeAt(i)
    if (code === SPACE) continue
    if (ENDS_CLAUSE.has(code) || isFullStop(code)) return true
    if (
      code === HYPHEN &&
      i > from &&
      isSpace(note.charCodeAt(i - 1)) &&
      i + 1 < to &&
      isSpace(note.charCodeAt(i + 1))
    ) {
      return true
    }
  }
  return false
}

/** Whether a sentence ends between two words: a full stop before white space, or an empty line. */
export function sentenceEndsIn(note: string, from: number, to: number): boolean {
  let isAfterNewLine = false
  for (let i = from; i < to; i++) {
    const code = note.charCodeAt(i)
    if (isFullStop(code) && i + 1 < to && isSpace(note.charCodeAt(i + 1))) return true
    if (code === NEW_LINE && isAfterNewLine) return true
    isAfterNewLine = code === NEW_LINE || (isAfterNewLine && isSpace(code))
  }
  return false
}

function isFullStop(code: number): boolean {
  return code === FULL_STOP || code === QUESTION || code === EXCLAMATION || code === ELLIPSIS
}

/** The white space of regular expressions that occurs in notes. */
function isSpace(code: number): boolean {
  return (
    code === SPACE ||
    (code >= 9 && code <= 13) ||
    code === 0xa0 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x202f
  )
}
