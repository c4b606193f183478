import { randomUUID } from 'node:crypto'
import type { NewLead } from '../../domain/lead.ts'

/** Notes as people write them: 18 to 430 characters, every intent, English and Russian. */
const NOTES = [
  'Need urgent pricing for 50 seats ASAP! Want to buy next week.',
  'How much is the Pro plan for 20 people? We would like to start next month, after our budget round. Please send a quote with and without onboarding.',
  'I cannot log in since this morning, the page shows an error.',
  'Our export has been failing for two days with "error 504". We tried two browsers and another account. This blocks our month-end closing, so please have someone look at it today. Order number 88-1734.',
  'Earn 10.000 $ a day from home, click here!!!',
  'I am a backend engineer with six years of experience and would like to work with you. CV attached.',
  'Нужен счёт на 30 лицензий до пятницы, позвоните мне.',
  'Не приходит письмо для сброса пароля. Проверил папку «Спам», там тоже нет. Подскажите, что делать?',
  'Please cancel my subscription.',
  'Hello there, thanks!',
  'We are comparing three vendors for a company of about 400 people. Could we have a demo this week? Single sign-on and an audit log are a must, and our legal team would like to see the data processing agreement before we start. Our current contract ends on the 30th, so the decision has to be made by then. Two of us would join the call, in the morning if you can, European time.',
  'Do you have an API?',
] as const

const SOURCES = ['website', 'fair', 'partner', null] as const
let made = 0

/** A lead that nobody has sent before, with a fresh random key. */
export function makeLead(): { idempotencyKey: string; lead: NewLead } {
  const number = made++
  const note = NOTES[number % NOTES.length] ?? ''
  const lead = {
    email: `buyer${number}@example.com`,
    phone: number % 3 === 0 ? '+49 30 1234567' : null,
    name: number % 2 === 0 ? 'Ada Lovelace' : null,
    note: `${note} #${number}`,
    source: SOURCES[number % SOURCES.length] ?? null,
  }
  return { idempotencyKey: randomUUID(), lead }
}
