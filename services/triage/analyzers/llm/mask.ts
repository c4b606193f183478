/** A note without what identifies people, and the way back from its words to those of the original. */
export interface MaskedNote {
  readonly text: string
  /** The place in the original of a place in `text`; inside a placeholder, where the placeholder's original begins. */
  originalIndex(index: number): number
}

const EMAIL = /[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,4}/gu
/** Digits with what people put between them; what they are is decided by counting. */
const DIGITS = /\+?\d(?:[ \u00a0()./-]{0,2}\d){6,24}/g
const PHONE_DIGITS = { least: 7, most: 15 }
const CARD_DIGITS = { least: 13, most: 19 }

/** Replaces email addresses, card numbers and phone numbers by placeholders. Linear in the note. */
export function maskPersonal(note: string): MaskedNote {
  const found = [
    ...[...note.matchAll(EMAIL)].map((match) => ({ start: match.index, text: match[0], as: '[email]' })),
    ...[...note.matchAll(DIGITS)].flatMap((match) => {
      const as = placeholderOf(match[0])
      return as === undefined ? [] : [{ start: match.index, text: match[0], as }]
    }),
  ].sort((a, b) => a.start - b.start)
  let text = ''
  let end = 0
  const pieces: { masked: number; original: number; length: number }[] = []
  for (const { start, text: secret, as } of found) {
    if (start < end) continue // digits of an address that is gone already
    pieces.push({ masked: text.length, original: end, length: start - end })
    text += note.slice(end, start)
    pieces.push({ masked: text.length, original: start, length: 0 })
    text += as
    end = start + secret.length
  }
  pieces.push({ masked: text.length, original: end, length: note.length - end })
  text += note.slice(end)
  return {
    text,
    originalIndex: (index) => {
      const piece = pieces.findLast(({ masked }) => masked <= index)
      return piece === undefined ? 0 : piece.original + Math.min(index - piece.masked, piece.length)
    },
  }
}

/** A masked note that is the original. */
export function unmasked(note: string): MaskedNote {
  return { text: note, originalIndex: (index) => index }
}

function placeholderOf(text: string): string | undefined {
  const digits = text.replaceAll(/\D/g, '')
  if (digits.length >= CARD_DIGITS.least && digits.length <= CARD_DIGITS.most && passesLuhn(digits)) return '[card]'
  return digits.length >= PHONE_DIGITS.least && digits.length <= PHONE_DIGITS.most ? '[phone]' : undefined
}

/** ISO/IEC 7812-1, annex B. */
function passesLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 1 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}
