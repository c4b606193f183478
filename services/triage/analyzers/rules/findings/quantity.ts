import { createLexicon } from '../reading/lexicon.ts'
import { type Word, wordAt } from '../reading/note-words.ts'
import { isDigit, perSpelling, type Spelling } from '../reading/spelling.ts'

const NUMBER_WORDS = new Map<string, number>(
  Object.entries({
    one: 1,
    two: 2,
    three: 3,
    four: 4,
    five: 5,
    six: 6,
    seven: 7,
    eight: 8,
    nine: 9,
    ten: 10,
    eleven: 11,
    twelve: 12,
    dozen: 12,
    fifteen: 15,
    sixteen: 16,
    eighteen: 18,
    twenty: 20,
    thirty: 30,
    forty: 40,
    fifty: 50,
    sixty: 60,
    eighty: 80,
    hundred: 100,
    couple: 2,
    both: 2,
    два: 2,
    две: 2,
    двух: 2,
    двое: 2,
    три: 3,
    трех: 3,
    трое: 3,
    четыре: 4,
    четверо: 4,
    четырех: 4,
    пять: 5,
    пятеро: 5,
    пяти: 5,
    шесть: 6,
    шестеро: 6,
    семь: 7,
    семеро: 7,
    восемь: 8,
    восьми: 8,
    восьмеро: 8,
    девять: 9,
    девяти: 9,
    десять: 10,
    десяти: 10,
    десяток: 10,
    двенадцать: 12,
    пятнадцать: 15,
    двадцать: 20,
    двадцати: 20,
    тридцать: 30,
    сорок: 40,
    пятьдесят: 50,
    шестьдесят: 60,
    сто: 100,
    пару: 2,
    пара: 2,

    zwei: 2,
    drei: 3,
    vier: 4,
    funf: 5,
    fuenf: 5,
    sechs: 6,
    sieben: 7,
    acht: 8,
    neun: 9,
    zehn: 10,
    elf: 11,
    zwolf: 12,
    zwoelf: 12,
    dutzend: 12,
    funfzehn: 15,
    zwanzig: 20,
    funfundzwanzig: 25,
    dreissig: 30,
    vierzig: 40,
    funfzig: 50,
    sechzig: 60,
    siebzig: 70,
    achtzig: 80,
    neunzig: 90,
    hundert: 100,

    // without "neuf" (also new), "cent", "seize" and "sept" (also English)
    deux: 2,
    trois: 3,
    quatre: 4,
    cinq: 5,
    huit: 8,
    dix: 10,
    dizaine: 10,
    onze: 11,
    douze: 12,
    douzaine: 12,
    quinze: 15,
    quinzaine: 15,
    vingt: 20,
    vingtaine: 20,
    trente: 30,
    trentaine: 30,
    quarante: 40,
    cinquante: 50,
    cinquantaine: 50,
    soixante: 60,
    centaine: 100,
    centaines: 100,

    // without "dos" (also Portuguese and French), "tres" (also French), "once" (also English), "doce" (also Portuguese)
    cuatro: 4,
    cinco: 5,
    seis: 6,
    siete: 7,
    ocho: 8,
    nueve: 9,
    diez: 10,
    docena: 12,
    veinte: 20,
    veinticinco: 25,
    treinta: 30,
    cuarenta: 40,
    cincuenta: 50,
    sesenta: 60,
    setenta: 70,
    ochenta: 80,
    noventa: 90,
    cien: 100,

    dois: 2,
    duas: 2,
    quatro: 4,
    sete: 7,
    oito: 8,
    nove: 9,
    dez: 10,
    doze: 12,
    duzia: 12,
    vinte: 20,
    trinta: 30,
    quarenta: 40,
    cinquenta: 50,
    sessenta: 60,
    oitenta: 80,
    cem: 100,
  }),
)

const numberWords = createLexicon(NUMBER_WORDS)
const numberBit = perSpelling((text, spelling) => {
  return isDigit(text.charCodeAt(0)) || numberWords.get(spelling) !== undefined ? 1 : 0
})

export function isNumber(spelling: Spelling): boolean {
  return numberBit(spelling) === 1
}

/** The value of a number in digits or words; 0 for anything else. */
function numberIn(text: string): number {
  const digits = Number.parseInt(text, 10)
  return Number.isNaN(digits) ? (NUMBER_WORDS.get(text) ?? 0) : digits
}

/** Stems of words for people, and for goods that are sold per person, by language. `$` ends a whole word. */
const SEAT_STEMS = [
  'seat|licen[cs]e|user|people|person|agent|staff|employee|member|operator|desk|colleague|officer|login|driver|worker|pupil|handset|endpoint|mailbox|analyst|warden|guards$|us$',
  'мест|лиценз|пользовател|человек|сотрудник|оператор|менеджер|юзер|учет|рабочих|работник|людеи|водител|номеров|учеников',
  'platz$|platze|plaetze|arbeitspl|lizenz|nutzer|benutzer|anwender|mitarbeit|leute|mann$|kolleg|angestellt|beschaftigt|zugang',
  'licencia|usuari|puestos?$|personas$|emplead|trabajador|funcionari|colaborador|alumn|equipos$|guardias$|trabalhador',
  'licenca|utilizador|postos$|pessoas$|alunos$|professores$|vidas$',
  'postes?$|places?$|utilisat|collaborat|salarie|employes?$|collegue|comptes?$|acces$',
]
const SEATS = new RegExp(`^(?:${SEAT_STEMS.join('|')})`, 'u')
/** Stems of words for events and trips, where a number of people is no number of seats, by language. */
const EVENT_STEMS = [
  'cater|wedding|party$|parties$|funeral|marquee|buffet|christening|cake|lunch$|dinner$|bus$|buses$|coach$|coaches$',
  'свадьб|банкет|юбиле|корпоратив|праздник|кеитеринг|торт|автобус|фуршет',
  'hochzeit|feier|geburtstag|sommerfest|reisebus|torte',
  'boda$|bodas$|fiesta|banquete|posada|cumpleanos|autobus|quinceanera|carpa',
  'casamento|festa|arraial|bolo|batizado|formatura|onibus|autocarro',
  'mariage|fete|traiteur|anniversaire|autocar|gateau',
]
const EVENTS = new RegExp(`^(?:${EVENT_STEMS.join('|')})`, 'u')
const eventBit = perSpelling((text) => (EVENTS.test(text) ? 1 : 0))

const seatBit = perSpelling((text) => (SEATS.test(text) ? 1 : 0))

/** The number at `i`, with its thousands in the word before: "3.000", "1,200" and "1 200" are two words each. */
function numberAt(i: number, words: readonly Word[]): number {
  const number = numberIn((words[i] as Word).text)
  return hasThousandsBefore(i, words) ? numberIn((words[i - 1] as Word).text) * 1000 + number : number
}

function hasThousandsBefore(i: number, words: readonly Word[]): boolean {
  const word = words[i] as Word
  const before = wordAt(words, i - 1)
  const isGroup = word.text.length === 3 && isDigit(word.text.charCodeAt(0)) && before?.end === word.start - 1
  return isGroup && before.text.length <= 3 && isDigit(before.text.charCodeAt(0))
}

/** A number of seats or people, from word `first` to word `last`, both inclusive. */
export interface Seats {
  readonly count: number
  readonly first: number
  readonly last: number
}

/** The largest number of seats in a note: "50 seats", "35 named users", "нас семеро", "80 Arbeitsplätze", "60 postes". */
export function largestSeats(words: readonly Word[]): Seats | undefined {
  let largest: Seats | undefined
  for (let i = 0; i < words.length; i++) {
    if (!isNumber((words[i] as Word).spelling)) continue
    const last = wordAt(words, i - 1)?.text === 'нас' ? i : seatWordOf(i, words)
    const count = last < 0 ? 0 : numberAt(i, words)
    const first = last === i || hasThousandsBefore(i, words) ? i - 1 : i
    if (count > (largest?.count ?? 0)) largest = { count, first, last }
  }
  return largest
}

/** The word that the number counts, if it is a seat: the next or the one after it ("35 named users"). Otherwise -1. */
function seatWordOf(number: number, words: readonly Word[]): number {
  for (let i = number + 1; i <= number + 2; i++) {
    const word = wordAt(words, i)
    if (word === undefined || word.clause !== (words[number] as Word).clause || isNumber(word.spelling)) return -1
    if (seatBit(word.spelling) === 1) return i
  }
  return -1
}

/** Whether a note is about an event or a trip: its number of guests does not make the sender an enterprise. */
export function speaksOfEvent(words: readonly Word[]): boolean {
  return words.some(({ spelling }) => eventBit(spelling) === 1)
}
