/**
 * Recognizes the lines by which people and mail programs mark the parts of a message, in six languages. A line is given
 * by the offsets of its first character and of the end of its text. The expressions are sticky, so each is tried at one
 * place only, and have no nested repetition.
 */

const WORD_END = '(?![a-zà-ÿа-яё])'

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

/** Lines such as "-----Original Message-----". The first group is a forwarded message. */
const THREAD = new RegExp(
  `[-_*= ]{0,40}(?:(${[
    'forwarded message|begin forwarded message|weitergeleitete nachricht|anfang der weitergeleiteten nachricht',
    'message transféré|début du message (?:transféré|réexpédié)|mensaje reenviado|inicio del mensaje reenviado',
    'mensagem (?:re)?encaminhada|início da mensagem (?:re)?encaminhada|пересылаемое сообщение|пересланное сообщение',
    'начало (?:пересылаемого|переадресованного) сообщения',
  ].join('|')})|${[
    "original message|ursprüngliche nachricht|message d['’]origine|mensa(?:je|gem) original|исходное сообщение",
  ].join('|')})[-_*=: \\t\\r]*$`,
  'imy',
)

const HEADER_FIELD = new RegExp(
  `\\*?(?:${[
    'from|sent|date|to|cc|subject|importance|reply-to|von|gesendet|datum|an|betreff|de|envoyé|à|objet',
    'enviad[oa](?: el| em)?|fecha|para|asunto|data|assunto|от(?: кого)?|отправлено|дата|кому|копия|тема',
  ].join('|')})[ \\t]?:`,
  'iy',
)
const SENDER_FIELD = /\*?(?:from|von|de|от(?: кого)?)[ \t]?:/iy
const SUBJECT_FIELD = /\*?(?:subject|betreff|objet|asunto|assunto|тема)[ \t]?:/iy

/** "On Tue, 3 March, Jo <jo@example.com> wrote:", or "Am 3. März um 10:02 schrieb Jo:" */
const WROTE = /(?:wrote|writes|schrieb|geschrieben|a écrit|escribió|escreveu|пишет|написала?|написал\(а\)|>)\s*:$/i
const WROTE_NAME = /(?:schrieb|escribió|escreveu)\s[\s\S]{1,80}:$/i
const DATE_OR_ADDRESS = /[\d@]/

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

/** Words by which a sender points at the message below. */
const POINTER = new RegExp(
  [
    '\\bfyi\\b|\\b(?:fwd?|wg|rv|tr|enc) ?:|see (?:the )?(?:below|thread|forwarded)|(?:message|e-?mail|thread|request|complaint|note|customer|find) below',
    'below (?:from|is)|forward(?:ing|ed)|passing (?:this|it) on|siehe unten|\\bs\\. ?u\\.|unten steh|weiter(?:leit|geleitet)',
    'leite .{0,30}weiter|zur (?:info|kenntnis)|\\bz\\. ?k\\.|ci-dessous|transf[eè]r|pour info|(?:más |ver )abajo|reenv[ií]',
    'abaixo|encaminh|para (?:su|vuestro) conocimiento|ниже|пересыла|пересла|переадрес|к сведению',
  ].join('|'),
  'i',
)

const POSTSCRIPT = /\(?(?:p\. ?s\b|ps\b|ps:|p\.-s|p\. ?d\b|pd:|з\.?ы|p\.с|п\. ?с|постскриптум|nachtrag)/iy

const [SPACE, DIGIT_0, DIGIT_9, COLON, AT, BAR] = [32, 48, 57, 58, 64, 124]
const MAX_CLOSING_LENGTH = 60
const MAX_HEADER_LENGTH = 200
const MAX_HEADER_LINES = 8

/** What a line that starts with a letter may be, as a bit mask: most lines need no regular expression. */
const [MAY_CLOSE, MAY_BE_DEVICE, MAY_BE_THREAD, MAY_BE_DISCLAIMER] = [1, 2, 4, 8]
const MARKS = new Uint8Array(0x460)
for (const [mark, letters] of [
  [MAY_CLOSE, '-abcdfghklmorstuvwyбвзис'],
  [MAY_BE_DEVICE, 'esvghoо'],
  [MAY_BE_THREAD, '-_*= abdefimovwипно'],
  [MAY_BE_DISCLAIMER, 'abcdelptиднпэ'],
] as const) {
  for (const letter of letters + letters.toUpperCase())
    MARKS[letter.charCodeAt(0)] = (MARKS[letter.charCodeAt(0)] ?? 0) | mark
}

function mayBe(mark: number, note: string, from: number): boolean {
  const code = note.charCodeAt(from)
  return code < MARKS.length && ((MARKS[code] as number) & mark) !== 0
}

function formulas(...alternatives: string[]): RegExp {
  return new RegExp(`(?:${alternatives.join('|')})${WORD_END}`, 'iy')
}

function matchesAt(sticky: RegExp, note: string, at: number): boolean {
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

function isBlank(code: number): boolean {
  return code <= SPACE || code === 0xa0
}

/** The offset of "Sent from my iPhone" at the end of a note of one line, or -1. */
export function deviceSuffixOf(note: string): number {
  if (!DEVICES.some((device) => note.endsWith(device))) return -1
  const from = Math.max(0, note.length - MAX_CLOSING_LENGTH)
  const found = DEVICE_SUFFIX.exec(note.slice(from))
  return found === null ? -1 : from + found.index + 1
}

export function isDeviceLine(note: string, from: number, to: number): boolean {
  return to - from <= MAX_CLOSING_LENGTH && mayBe(MAY_BE_DEVICE, note, from) && matchesAt(DEVICE_LINE, note, from)
}

/** Whether a line is `--`, or a closing formula, alone or with a name. */
export function isClosing(note: string, from: number, to: number): boolean {
  return isFormula(CLOSING, note, from, to) || (to - from === 2 && note.startsWith('--', from))
}

/** Like {@link isClosing}, for "Thanks" and the like. */
export function isThanks(note: string, from: number, to: number): boolean {
  return isFormula(THANKS, note, from, to)
}

/** Shorter formulas are also usual words ("Best Buy"), so that a name after them must be separated. */
const MIN_LENGTH_BEFORE_NAME = 10
const MAX_NAME_WORDS = 5

function isFormula(formula: RegExp, note: string, from: number, to: number): boolean {
  if (to - from > MAX_CLOSING_LENGTH || !mayBe(MAY_CLOSE, note, from)) return false
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
  if (!mayBe(MAY_BE_DISCLAIMER, note, from)) return false
  if (matchesAt(ENVIRONMENT, note, from)) return true
  if (to - from < 20 && note.charCodeAt(to - 1) !== COLON) return false
  if (!matchesAt(DISCLAIMER, note, from)) return false
  const paragraph = note.slice(from, from + MAX_DISCLAIMER_LENGTH)
  const end = paragraph.indexOf('\n\n')
  const text = end < 0 ? paragraph : paragraph.slice(0, end)
  return afterSignature
    ? CONFIDENTIAL.test(text) || RECIPIENT.test(text) || VIRUSES.test(text)
    : CONFIDENTIAL.test(text) && RECIPIENT.test(text)
}

/** The header of a quoted or forwarded message. */
export interface ThreadHeader {
  /** The offset after its last line. */
  readonly end: number
  readonly forwarded: boolean
}

export function threadHeaderAt(note: string, from: number, to: number): ThreadHeader | undefined {
  if (to - from > MAX_HEADER_LENGTH) return undefined
  const end = endOfWrote(note, from, to)
  if (end >= 0) return { end, forwarded: false }
  if (!mayBe(MAY_BE_THREAD, note, from)) return undefined
  THREAD.lastIndex = from
  const found = THREAD.exec(note)
  if (found !== null) return { end: endOfFields(note, to + 1).end, forwarded: found[1] !== undefined }
  if (!matchesAt(SENDER_FIELD, note, from)) return undefined
  const fields = endOfFields(note, from)
  return fields.count < 2 ? undefined : { end: fields.end, forwarded: false }
}

export function isSubject(note: string, from: number): boolean {
  return matchesAt(SUBJECT_FIELD, note, from)
}

/** The end of "On Tue, 3 March, Jo <jo@example.com> wrote:", also over two lines, or -1. */
function endOfWrote(note: string, from: number, to: number): number {
  let end = to
  if (note.charCodeAt(to - 1) !== COLON) {
    if (!startsDate(note, from)) return -1
    const next = endOfLine(note, to) + 1
    end = endOfText(note, Math.min(next, note.length), endOfLine(note, next))
    if (note.charCodeAt(end - 1) !== COLON || end - from > MAX_HEADER_LENGTH) return -1
  }
  const text = note.slice(from, end)
  return (WROTE.test(text) || WROTE_NAME.test(text)) && DATE_OR_ADDRESS.test(text) ? end : -1
}

/** Whether a line starts with "On ", "Am ", "Le ", "El " or "Em ". */
function startsDate(note: string, from: number): boolean {
  return note.charCodeAt(from + 2) === SPACE && DATE_WORDS.includes(note.slice(from, from + 2).toLowerCase())
}

const DATE_WORDS = ['on', 'am', 'le', 'el', 'em']

/** Header fields in consecutive lines; blank lines before the first are skipped. */
function endOfFields(note: string, start: number): { end: number; count: number } {
  let [end, count] = [Math.min(start, note.length), 0]
  let at = start
  for (let line = 0; line < MAX_HEADER_LINES && at < note.length; line++) {
    const lineEnd = endOfLine(note, at)
    const from = skipBlanks(note, at, lineEnd)
    at = lineEnd + 1
    if (from === lineEnd && count === 0) continue
    if (!matchesAt(HEADER_FIELD, note, from)) break
    count++
    end = Math.min(at, note.length)
  }
  return { end, count }
}

/** Whether a text before a message points at it: "fyi", "see below". */
export function pointsBelow(text: string): boolean {
  return POINTER.test(text)
}

const ANSWER =
  /^[^a-zà-ÿа-яё]*(?:thanks?|thx|ok(?:ay)?|yes|no|agreed|approved|danke|ja|nein|merci|oui|non|gracias|sí|obrigad[oa]|sim|não|спасибо|да|нет|согласен|согласны)(?![a-zà-ÿа-яё])/i

/** Whether a short text answers the message that it quotes, like "Thanks!". */
export function isAnswer(text: string): boolean {
  return ANSWER.test(text)
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
