import { firstLetters, isBlank, matchesAt, startsWithLetter } from './note-lines.ts'

/** Formulas that end a message. Longer ones may be followed by a name without a comma. */
const CLOSING = formulas(
  '(?:with )?(?:my )?(?:best|kind|kindest|warm|warmest|many|friendly) (?:regards|wishes)|regards|all the best|cheers',
  '(?:thanks|thank you) (?:and|&) (?:best |kind )?regards|yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?',
  'very truly yours|respectfully(?: yours)?|best|rgds|br|kr',
  '(?:mit )?(?:freundlichen?|besten?|herzlichen?|vielen?|lieben?|sch(?:ö|oe)nen?) gr(?:ü|ue)(?:ß|ss)en?',
  '(?:mit )?(?:freundlichem|bestem) gru(?:ß|ss)|gru(?:ß|ss)|gr(?:ü|ue)(?:ß|ss)e|hochachtungsvoll|mfg|vg|lg',
  '(?:bien )?cordialement|(?:bien |tr[èe]s )?respectueusement|(?:meilleures |sinc[èe]res |cordiales )?salutations',
  'bien [àa] vous|sinc[èe]rement|cdt',
  '(?:(?:reciban? )?un )?(?:cordial |atento )?saludo|saludos(?: cordiales| atentos)?|(?:muy )?atentamente|cordialmente',
  '(?:muito )?atenciosamente|(?:com os )?(?:melhores )?cumprimentos|sauda[çc][õo]es(?: cordiais)?|respeitosamente',
  '(?:um )?abra[çc]os?|att|atte',
  'с (?:наилучшими пожеланиями|уважением|благодарностью|приветом)|с ув|всего (?:доброго|хорошего)|искренне ваш[аи]?',
)

/** Formulas that also say something, so that only the name after them is set aside. */
const THANKS = formulas(
  '(?:many )?thanks(?: in advance| a lot)?|thank you(?: in advance)?|thx|vielen dank(?: im voraus)?|danke',
  "merci(?: d['’]avance)?|(?:muchas )?gracias(?: de antemano)?|(?:muito )?obrigad[oa]|(?:заранее )?(?:большое )?спасибо",
)

/** What a device or mail program adds. */
const DEVICE =
  '(?:sent (?:from|via) |get outlook for |von mein\\S{0,3} \\S+ gesendet|gesendet (?:von|mit|über) |holen sie sich outlook |' +
  'envoyé (?:de |depuis |à partir )|obten(?:ez|er) outlook |enviad[oa] (?:desde|do|da|pelo|a partir) |obter o outlook |' +
  'отправлено (?:с|из|от|через) )'
const DEVICE_LINE = new RegExp(DEVICE, 'iy')
const DEVICE_SUFFIX = new RegExp(`[.!?,;—–-]\\s*${DEVICE}.{0,30}$`, 'i')
/** The usual last words of {@link DEVICE_SUFFIX}, to look for it in few notes. */
const DEVICES = ['iPhone', 'iPad', 'Galaxy', 'Android', 'phone', 'Outlook', 'gesendet']

const DISCLAIMER = formulas(
  '(?:this|the information(?: contained)? in this|the contents? of this) (?:e-?mail|message|communication|transmission)',
  'confidentiality (?:notice|note)|disclaimer|diese (?:e-?mail|nachricht)|der inhalt dieser (?:e-?mail|nachricht)',
  'ce (?:message|courriel|courrier|mail|mél)|les informations contenues dans ce|este (?:mensaje|correo|e-?mail)',
  'la información (?:contenida en|de) este|est[ae] (?:mensagem|comunicação)|aviso (?:legal|de confidencialidade?)',
  'as informações contidas nest[ae]|настоящ(?:ее|ий)|данн(?:ое|ый)|это (?:электронное )?(?:сообщение|письмо)',
  'информация, содержащаяся в',
)
const CONFIDENTIAL = /confident|confidenc|privileged|vertraulich|конфиденциальн/i
const RECIPIENT =
  /recipient|addressee|attachment|intended|empfänger|adressat|anhäng|unbefugt|destina|pièces? jointe|adjunto|anexo|адресат|получател|вложени|предназначен/i
const VIRUSES = /virus|malware|вирус/i
/** Of a disclaimer this much is read to recognize it. */
const MAX_DISCLAIMER_LENGTH = 600

const ENVIRONMENT = formulas(
  '(?:p )?(?:please )?(?:(?:consider|think of) (?:the|our) environment|think before (?:you print|printing))',
  "(?:bitte )?denken sie an die umwelt|pensez à l['’]environnement|avant d['’]imprimer|antes de imprimir",
  '(?:пожалуйста, )?подумайте об окружающей|(?:прежде чем|перед тем,? как) (?:рас)?печат[а-я]+',
)

const POSTSCRIPT = /\(?(?:p\. ?s\b|ps\b|ps:|p\.-s|p\. ?d\b|pd:|з\.?ы|p\.с|п\. ?с|постскриптум|nachtrag)/iy

const MAX_CLOSING_LENGTH = 60
const MIN_DISCLAIMER_LENGTH = 20
const [SPACE, DIGIT_0, DIGIT_9, COLON, AT, BAR] = [32, 48, 57, 58, 64, 124]
const CLOSING_LETTERS = firstLetters('abcfghklmrstuvwyвис')
const THANKS_LETTERS = firstLetters('mtvdgoзбс')
const DEVICE_LETTERS = firstLetters('esvghoо')
const DISCLAIMER_LETTERS = firstLetters('abcdelptиднпэ')

function formulas(...alternatives: string[]): RegExp {
  return new RegExp(`(?:${alternatives.join('|')})(?![a-zà-ÿа-яё])`, 'iy')
}

/** The offset of "Sent from my iPhone" at the end of a note of one line, or -1. */
export function deviceSuffixOf(note: string): number {
  if (!DEVICES.some((device) => note.endsWith(device))) return -1
  const from = Math.max(0, note.length - MAX_CLOSING_LENGTH)
  const found = DEVICE_SUFFIX.exec(note.slice(from))
  return found === null ? -1 : from + found.index + 1
}

export function isDeviceLine(note: string, from: number, to: number): boolean {
  return (
    to - from <= MAX_CLOSING_LENGTH &&
    startsWithLetter(DEVICE_LETTERS, note, from) &&
    matchesAt(DEVICE_LINE, note, from)
  )
}

/** Whether a line is `--`, or a closing formula, alone or with a name. */
export function isClosing(note: string, from: number, to: number): boolean {
  return isFormula(CLOSING, CLOSING_LETTERS, note, from, to) || (to - from === 2 && note.startsWith('--', from))
}

/** Like {@link isClosing}, for "Thanks" and the like. */
export function isThanks(note: string, from: number, to: number): boolean {
  return isFormula(THANKS, THANKS_LETTERS, note, from, to)
}

/** Shorter formulas are also usual words ("Best Buy"), so that a name after them must be separated. */
const MIN_LENGTH_BEFORE_NAME = 10
const MAX_NAME_WORDS = 5

function isFormula(formula: RegExp, letters: Uint8Array, note: string, from: number, to: number): boolean {
  if (to - from > MAX_CLOSING_LENGTH || !startsWithLetter(letters, note, from)) return false
  if (!matchesAt(formula, note, from)) return false
  const end = formula.lastIndex
  let at = end
  while (at < to && PUNCTUATION.includes(note.charAt(at))) at++
  if (at === to) return true
  const separated = /[,.!;:–—-]/.test(note.slice(end, at))
  if (!separated && end - from < MIN_LENGTH_BEFORE_NAME) return false
  const { words, lowerCase } = shapeOf(note, at, to)
  return words <= MAX_NAME_WORDS && lowerCase * 2 < words
}

const PUNCTUATION = ' \t,.!;:–—-'

/** @param afterSignature whether a signature precedes, so that less is needed to recognize a disclaimer */
export function isDisclaimer(note: string, from: number, to: number, afterSignature: boolean): boolean {
  if (to - from < MIN_DISCLAIMER_LENGTH && note.charCodeAt(to - 1) !== COLON) return false
  if (!startsWithLetter(DISCLAIMER_LETTERS, note, from)) return false
  if (matchesAt(ENVIRONMENT, note, from)) return true
  if (!matchesAt(DISCLAIMER, note, from)) return false
  const paragraph = note.slice(from, from + MAX_DISCLAIMER_LENGTH)
  const end = paragraph.indexOf('\n\n')
  const text = end < 0 ? paragraph : paragraph.slice(0, end)
  return afterSignature
    ? CONFIDENTIAL.test(text) || RECIPIENT.test(text) || VIRUSES.test(text)
    : CONFIDENTIAL.test(text) && RECIPIENT.test(text)
}

export const SignatureLine = {
  /** A name, a title, an address. */
  Part: 'part',
  /** Perhaps a sentence, perhaps a title in lower case. */
  Doubtful: 'doubtful',
  /** A sentence, so that the signature has ended. */
  Text: 'text',
} as const
export type SignatureLine = (typeof SignatureLine)[keyof typeof SignatureLine]

/** What a line after a closing formula is. */
export function signatureLineAt(note: string, from: number, to: number): SignatureLine {
  if (matchesAt(POSTSCRIPT, note, from)) return SignatureLine.Text
  const { words, lowerCase, contact } = shapeOf(note, from, to)
  if (words < 3) return SignatureLine.Part
  const plain = lowerCase * 2 >= words
  const last = note.charAt(to - 1)
  if (plain && words >= 6) return SignatureLine.Text
  if (contact) return plain ? SignatureLine.Doubtful : SignatureLine.Part
  if (last === '?' || last === '!' || (last === '.' && words >= 4 && lowerCase > 0)) return SignatureLine.Text
  return plain ? SignatureLine.Doubtful : SignatureLine.Part
}

/** Counts the words of a line and those that start with a small letter; contact data have `@`, `|` or six digits. */
function shapeOf(note: string, from: number, to: number): { words: number; lowerCase: number; contact: boolean } {
  let [words, lowerCase, digits, sign] = [0, 0, 0, false]
  let before = SPACE
  for (let at = from; at < to; at++) {
    const code = note.charCodeAt(at)
    if (isBlank(before) && !isBlank(code)) {
      words++
      if (isSmallLetter(code)) lowerCase++
    }
    if (code >= DIGIT_0 && code <= DIGIT_9) digits++
    else if (code === AT || code === BAR) sign = true
    before = code
  }
  return { words, lowerCase, contact: sign || digits >= 6 }
}

function isSmallLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 0xdf && code <= 0xff) || (code >= 0x430 && code <= 0x45f)
}
