import { expect, it } from 'vitest'
import { detectLanguage } from './language.ts'
import { readWords } from './note-words.ts'

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
  ['en', 'Hello, we run Αθήνα Tours and need the price for two people'],
  ['ru', 'Нужна demo и pricing на business план для нашей команды'],
  ['und', 'xyzzy plugh'],
  ['und', '12345 !!! 🎉'],
  ['und', ''],
])('detects %s: %s', (language, note) => {
  expect(detectLanguage(readWords(note))).toBe(language)
})
