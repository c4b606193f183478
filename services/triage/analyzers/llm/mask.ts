/** A note with personal data replaced by placeholders, and a mapping back to the original. */
export interface MaskedNote {
  readonly text: string
  /** Maps an index in `text` to the original; inside a placeholder, to the start of the text it replaces. */
  originalIndex(index: number): number
}

const EMAIL = /[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,4}/gu
/** Digits with separators; the number of digits decides what they are. */
const DIGITS = /\+?\d(?:[ \u00a0()./-]{0,2}\d){6,24}/g
const PHONE_DIGITS = { min: 7, max: 15 }
const CARD_DIGITS = { min: 13, max: 19 }

/** Replaces email addresses, card numbers and phone numbers by placeholders, in linear time. */
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
    if (start < end) continue // digits of an address that is already masked
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

/** The original note as a {@link MaskedNote}. */
export function unmasked(note: string): MaskedNote {
  return { text: note, originalIndex: (index) => index }
}

function placeholderOf(text: string): string | undefined {
  const digits = text.replaceAll(/\D/g, '')
  if (digits.length >= CARD_DIGITS.min && digits.length <= CARD_DIGITS.max && passesLuhn(digits)) return '[card]'
  return digits.length >= PHONE_DIGITS.min && digits.length <= PHONE_DIGITS.max ? '[phone]' : undefined
}

/** The Luhn checksum of ISO/IEC 7812-1, annex B. */
function passesLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 1 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}
