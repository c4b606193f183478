import type { Word } from './note-words.ts'
import { isDigit } from './spelling.ts'

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
  }),
)

export function isNumber(text: string): boolean {
  return isDigit(text.charCodeAt(0)) || NUMBER_WORDS.has(text)
}

/** The value of a number in digits or words; 0 for anything else. */
function numberIn(text: string): number {
  const digits = Number.parseInt(text, 10)
  return Number.isNaN(digits) ? (NUMBER_WORDS.get(text) ?? 0) : digits
}

/** Stems of words for people, and for goods that are sold per person. */
const SEATS =
  /^(seat|licen[cs]e|user|people|person|agent|staff|employee|member|operator|desk|colleague|officer|login|driver|мест|лиценз|пользовател|человек|сотрудник|оператор|менеджер|юзер|учет|рабочих|работник|людеи)/u

/** The largest number of seats in a note: "50 seats", "35 named users", "нас семеро", "на 80 рабочих мест". */
export function largestSeatCount(words: readonly Word[]): number {
  let largest = 0
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as Word
    if (!isNumber(word.text)) continue
    const counted = [words[i + 1], words[i + 2]].some((next) => next !== undefined && SEATS.test(next.text))
    const we = words[i - 1]?.text === 'нас'
    if (counted || we) largest = Math.max(largest, numberIn(word.text))
  }
  return largest
}
