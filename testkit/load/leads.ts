import type { NewLead } from '../../domain/lead.ts'
import type { Random } from '../random.ts'

const NOTES = [
  'How much is the Pro plan for 20 people? We would like to start next week.',
  'I cannot log in since this morning, the page shows an error.',
  'Earn 10.000 $ a day from home, click here!!!',
  'I am a backend engineer and would like to work with you. CV attached.',
  'Нужен счёт на 30 лицензий до пятницы, позвоните мне.',
  'Please cancel my subscription.\n\n-- \nSent from my phone',
  'A "quoted" note with \\ backslashes, a tab\t, an emoji 🙂 and { "json": null }.',
  'Hello',
]
const FILLER = 'The quick brown fox jumps over the lazy dog; Zwölf Boxkämpfer jagen Viktor quer über den Deich. '

/** A lead that is unique in the run, with content that faulty encoding or escaping would change. */
export function makeLead(random: Random, number: number): NewLead {
  const long = random.chance(0.02) ? FILLER.repeat(random.integer(1, 60)) : ''
  return {
    email: random.chance(0.7) ? `lead-${number}@example.com` : null,
    phone: random.chance(0.4) ? `+49 30 ${random.integer(100_000, 999_999)}` : null,
    name: random.chance(0.6) ? `${random.pick(['Ada', 'Łukasz', "O'Brien", '張偉', 'Ольга'])} ${number}` : null,
    note: `${random.pick(NOTES)} ${long}#${number}`,
    source: random.chance(0.5) ? random.pick(['web', 'fair', 'import']) : null,
  }
}

/** A lead that conflicts with another one under the same idempotency key. */
export function makeConflict(lead: NewLead, random: Random): NewLead {
  return random.chance(0.5)
    ? { ...lead, note: `${lead.note} (changed)` }
    : { ...lead, source: `${lead.source ?? ''} other` }
}

/** The lead as JSON with its fields in random order and nulls written or omitted, which must make no difference. */
export function toJson(lead: NewLead, random: Random): string {
  const fields = Object.entries(lead).filter(([, value]) => value !== null || random.chance(0.5))
  return JSON.stringify(Object.fromEntries(random.shuffled(fields)))
}

export function hasSameContent(a: NewLead, b: NewLead): boolean {
  const fields = ['email', 'phone', 'name', 'note', 'source'] as const
  return fields.every((field) => a[field] === b[field])
}
