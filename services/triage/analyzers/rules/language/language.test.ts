import { describe, expect, it } from 'vitest'
import { FOREIGN_NOTES } from '../../../../../testkit/analyzers/foreign-notes.ts'
import { readWords } from '../reading/note-words.ts'
import { detectLanguage } from './language.ts'

const LEARNED = ['en', 'de', 'es', 'fr', 'pt', 'ru']

function languageOf(note: string): string {
  return detectLanguage(readWords(note))
}

it.each([
  ['en', 'Could you send us the price list, please?'],
  ['ru', 'Добрый день, пришлите прайс'],
  ['ru', 'privet, skolko stoit, nuzhno 3 shtuki'],
  ['de', 'Guten Tag, wir möchten bitte ein Angebot für unser Büro'],
  ['es', 'Hola, necesitamos el precio para la oficina, muchas gracias'],
  ['fr', 'Bonjour, nous voulons un devis pour notre bureau, merci'],
  ['pt', 'Olá, precisamos de um orçamento para o nosso escritório, obrigado'],
  ['uk', 'Добрий день, скільки коштує підписка?'],
  ['zh', '请问价格是多少'],
  ['ko', '가격이 얼마인가요'],
  ['ar', 'كم سعر الاشتراك'],
  ['en', 'Hello, we run Αθήνα Tours and need the price for two people'],
  ['ru', 'Нужна demo и pricing на business план для нашей команды'],
  ['und', 'xyzzy plugh'],
  ['und', '12345 !!! 🎉'],
  ['und', ''],
])('detects %s: %s', (language, note) => {
  expect(languageOf(note)).toBe(language)
})

describe('short notes and typing errors in a learned language', () => {
  it.each([
    ['en', 'price?'],
    ['en', 'how much'],
    ['en', 'you open sunday'],
    ['en', 'refund pls'],
    ['en', 'stil waitng for my ordr'],
    ['en', 'Škoda Octavia service, how much?'],
    ['en', 'We at Müller & Łukasz Sp. z o.o. need 20 seats'],
    ['de', 'rechnung falsch'],
    ['de', 'was kostet das'],
    ['de', 'Funkioniert nicht meer'],
    ['es', 'hola'],
    ['es', 'cuánto cuesta el plan'],
    ['es', 'no funciona'],
    ['fr', 'devis svp'],
    ['fr', 'combien ça coute'],
    ['fr', 'ca marche pas'],
    ['pt', 'preço?'],
    ['pt', 'quanto custa'],
    ['pt', 'não funciona'],
    ['ru', 'цена?'],
    ['ru', 'алло'],
    ['ru', 'здраствуйте, скока стоит'],
  ])('%s: %s', (language, note) => {
    expect(languageOf(note)).toBe(language)
  })
})

describe('notes in other languages', () => {
  // Short notes in Galician can be Spanish or Portuguese as well.
  it.each(Object.entries(FOREIGN_NOTES))('are not taken for a learned language: %s', (language, notes) => {
    const mistaken = notes
      .trim()
      .split('\n')
      .filter((note) => LEARNED.includes(languageOf(note)))
    expect(mistaken.length).toBeLessThanOrEqual(language === 'gl' ? 3 : 0)
  })

  it.each([
    'Kui palju maksab kuutasu kümnele kasutajale?',
    'Sa kushton abonimi për dhjetë përdorues?',
    'Giá gói cho mười người dùng là bao nhiêu?',
    'Жазылым қанша тұрады?',
  ])('are not taken for a learned language, without a list of their words: %s', (note) => {
    expect(LEARNED).not.toContain(languageOf(note))
  })
})
