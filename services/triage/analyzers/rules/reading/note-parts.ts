import { endOfLine, endOfText, skipBlanks } from './note-lines.ts'
import {
  deviceSuffixOf,
  isClosing,
  isDeviceLine,
  isDisclaimer,
  isThanks,
  SignatureLine,
  signatureLineAt,
} from './signature-lines.ts'
import { isAnswer, isSubject, pointsBelow, type ThreadHeader, threadHeaderAt } from './thread-lines.ts'

/** A stretch of a note that does not show what its sender wants. Offsets are UTF-16 code units. */
export interface NotePart {
  readonly start: number
  end: number
  /** Whether it is a quoted message. Otherwise it is a signature, a disclaimer or a mail header. */
  readonly quoted: boolean
}

const NONE: readonly NotePart[] = []
const [GREATER_THAN, DIGIT_0, DIGIT_9] = [62, 48, 57]

/** More lines after a closing formula are a list or a form. */
const MAX_SIGNATURE_LINES = 12

/** With fewer words of their own, senders rely on what they quote, and nothing can be set aside. */
const MIN_OWN_WORDS = 3
/** Text before a forwarded message that is longer than this has a purpose of its own. */
const MAX_POINTER_WORDS = 25
/** Own text read to decide that; more than {@link MAX_POINTER_WORDS} words. */
const MAX_OWN_TEXT = 400

/**
 * Finds quoted messages, signatures, disclaimers and mail headers, line by line. Returns them in order.
 *
 * A quoted message stays part of the purpose when the sender adds hardly a word, or only points at it ("see below").
 * Nothing is set aside when fewer than three words would remain.
 */
export function partsOf(note: string): readonly NotePart[] {
  if (!note.includes('\n')) return partsOfLine(note)
  const parts = findParts(note)
  if (parts.length === 0) return NONE
  const isMarked = ({ start, quoted }: NotePart) =>
    quoted && note.charCodeAt(skipBlanks(note, start, note.length)) === GREATER_THAN
  const relies = parts.some(isMarked) && reliesOnQuote(ownTextOf(note, parts, 0, note.length), false)
  return leavingWords(note, relies ? parts.filter((part) => !isMarked(part)) : parts)
}

function partsOfLine(note: string): readonly NotePart[] {
  const start = deviceSuffixOf(note)
  return start < 0 ? NONE : leavingWords(note, [{ start, end: note.length, quoted: false }])
}

/** The parts, or none when too few words would remain. */
function leavingWords(note: string, parts: readonly NotePart[]): readonly NotePart[] {
  const aside = parts.filter(({ quoted }) => !quoted)
  return wordsIn(ownTextOf(note, aside, 0, note.length)) < MIN_OWN_WORDS ? NONE : parts
}

/** What the lines so far have opened. */
interface Open {
  /** Nothing before the first line of text can be a signature. */
  text: boolean
  /** How many more lines the signature can have. */
  signature: number
  /** Ends at a blank line. */
  disclaimer: boolean
  quote: boolean
  /** Where the text starts that the latest header precedes. */
  textFrom: number
}

function findParts(note: string): NotePart[] {
  const parts: NotePart[] = []
  const open: Open = { text: false, signature: 0, disclaimer: false, quote: false, textFrom: 0 }
  let next = 0
  for (let start = 0; start < note.length; start = next) {
    const end = endOfLine(note, start)
    next = Math.min(end + 1, note.length)
    const from = skipBlanks(note, start, end)
    if (from === end) {
      open.disclaimer = false
      continue
    }
    const to = endOfText(note, from, end)
    if (isQuote(note, from, next, open.quote)) {
      add(parts, note, start, next, true)
      open.signature = 0
      open.quote = true
      continue
    }
    open.quote = false
    const header = threadHeaderAt(note, from, to)
    if (header === undefined) {
      if (isAside(note, from, to, open)) add(parts, note, start, next, false)
      continue
    }
    open.quote = note.charCodeAt(skipBlanks(note, header.end, note.length)) === GREATER_THAN
    if (!open.quote && !reliesOnQuote(ownTextOf(note, parts, open.textFrom, start), header.forwarded)) {
      add(parts, note, start, note.length, true)
      break
    }
    addHeader(parts, note, start, header)
    next = Math.max(next, header.end)
    open.signature = 0
    open.textFrom = next
  }
  return parts
}

/** Whether a line is part of a signature or disclaimer. */
function isAside(note: string, from: number, to: number, open: Open): boolean {
  if (open.disclaimer || isDeviceLine(note, from, to)) return true
  if (open.text) {
    open.disclaimer = isDisclaimer(note, from, to, open.signature > 0)
    if (open.disclaimer) return true
    const closing = isClosing(note, from, to)
    if (closing || isThanks(note, from, to)) {
      open.signature = MAX_SIGNATURE_LINES
      return closing
    }
  }
  open.text = true
  if (open.signature === 0) return false
  open.signature--
  const line = signatureLineAt(note, from, to)
  if (line === SignatureLine.Text) open.signature = 0
  return line === SignatureLine.Part
}

/**
 * Whether a line is quoted: it starts with `>`. "> 50 seats" means "more than" unless the lines around it are quoted.
 *
 * @param next start of the next line
 */
function isQuote(note: string, from: number, next: number, afterQuote: boolean): boolean {
  if (note.charCodeAt(from) !== GREATER_THAN) return false
  if (afterQuote || note.charCodeAt(skipBlanks(note, next, endOfLine(note, next))) === GREATER_THAN) return true
  const code = note.charCodeAt(skipBlanks(note, from + 1, next))
  return !(code >= DIGIT_0 && code <= DIGIT_9)
}

/** Sets the lines of a header aside, except the subject. */
function addHeader(parts: NotePart[], note: string, start: number, { end }: ThreadHeader): void {
  let next = start
  for (let at = start; at < end; at = next) {
    const lineEnd = endOfLine(note, at)
    next = Math.min(lineEnd + 1, note.length)
    if (!isSubject(note, skipBlanks(note, at, lineEnd))) add(parts, note, at, next, false)
  }
}

/** Adds a part, or extends the last one when only blanks lie between. */
function add(parts: NotePart[], note: string, start: number, end: number, quoted: boolean): void {
  const last = parts.at(-1)
  if (last?.quoted === quoted && skipBlanks(note, last.end, start) === start) last.end = end
  else parts.push({ start, end, quoted })
}

/** @param text the sender's own text */
function reliesOnQuote(text: string, forwarded: boolean): boolean {
  const words = wordsIn(text)
  if (words < MIN_OWN_WORDS) return !isAnswer(text)
  return words <= MAX_POINTER_WORDS && (forwarded || pointsBelow(text))
}

/** The text between two offsets that is in no part; at most about {@link MAX_OWN_TEXT} characters. */
function ownTextOf(note: string, parts: readonly NotePart[], start: number, end: number): string {
  let text = ''
  let from = start
  for (let i = firstAfter(parts, start); i < parts.length; i++) {
    const part = parts[i] as NotePart
    text += note.slice(from, Math.min(part.start, from + MAX_OWN_TEXT))
    from = part.end
    if (text.length >= MAX_OWN_TEXT) return text
  }
  return from < end ? text + note.slice(from, Math.min(end, from + MAX_OWN_TEXT)) : text
}

/** The index of the first part that ends after `start`, from the end of the list: usually one of the last. */
function firstAfter(parts: readonly NotePart[], start: number): number {
  let first = parts.length
  while (first > 0 && (parts[first - 1] as NotePart).end > start) first--
  return first
}

function wordsIn(text: string): number {
  return text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0
}
