import { endOfLine, endOfText, firstLetters, matchesAt, skipBlanks, startsWithLetter } from './note-lines.ts'

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

const MAX_HEADER_LENGTH = 200
const MAX_THREAD_LENGTH = 100
const MAX_HEADER_LINES = 8
const [SPACE, COLON] = [32, 58]
const THREAD_LETTERS = firstLetters('-_*= abdefimouwипн')
const SENDER_LETTERS = firstLetters('*fvdо')

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
  if (to - from <= MAX_THREAD_LENGTH && startsWithLetter(THREAD_LETTERS, note, from)) {
    THREAD.lastIndex = from
    const found = THREAD.exec(note)
    if (found !== null) return { end: endOfFields(note, to + 1).end, forwarded: found[1] !== undefined }
  }
  if (!startsWithLetter(SENDER_LETTERS, note, from) || !matchesAt(SENDER_FIELD, note, from)) return undefined
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
