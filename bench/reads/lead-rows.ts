import { createHash } from 'node:crypto'
import { nextActionFor } from '../../domain/vocabulary.ts'
import { createRandom, inProportion, pick, zipf } from './random.ts'
import { createNotes, madeUp } from './varied-notes.ts'

/*
 * Rows of leads and insights with the skew of real ones: a few sources and clients have most leads, most leads can wait,
 * people write more than once, and some insights were corrected.
 */

const PROVIDERS = ['gmail.com', 'outlook.com', 'web.de', 'gmx.net', 'yahoo.fr', 'mail.ru', 'orange.fr'] as const
export const NAMED_SOURCES = ['website', 'landing-page', 'fair', 'partner', 'newsletter', 'referral', 'phone'] as const
const RARE_TAGS = ['vip', 'press'] as const

export interface LeadRow {
  readonly clientId: string
  readonly email: string | null
  readonly phone: string | null
  readonly name: string | null
  readonly note: string
  readonly source: string | null
  readonly contentHash: string
  readonly insight: {
    readonly stage: string
    readonly intent: string
    readonly priority: string
    readonly nextAction: string
    readonly confidence: number
    readonly tags: readonly string[]
    readonly reasons: string
    readonly language: string
    readonly analyzer: string
    readonly correctedIntent: string | null
    readonly correctedPriority: string | null
    /** Time from the commit of the lead to that of the insight. */
    readonly latencyMs: number
  }
}

/** @param people how many different senders there are; their emails and phones repeat */
export function createRows(seed: number, people: number): () => LeadRow {
  const random = createRandom(seed)
  const note = createNotes(random)
  const client = zipf(random, 25)
  const source = zipf(random, 60)
  const domain = zipf(random, 20_000)
  const stage = inProportion(random, { final: 99, provisional: 1 })
  const analyzer = inProportion(random, { 'rules@14': 70, 'rules@13': 20, 'model@3': 9.9, 'rules@1': 0.1 })
  const latencyMs = createLatencies(seed)
  const priority = inProportion(random, { P0: 2, P1: 13, P2: 55, P3: 30 })
  const names = Array.from({ length: 500 }, note).flatMap(({ text }) => text.match(/\p{L}{3,}/gu) ?? [])
  return () => {
    const { text, language, labels } = note()
    const words = text.match(/\p{L}{3,}/gu) ?? []
    const person = createRandom(Math.floor(random() * people))
    const [first, last] = [madeUp(person, names), madeUp(person, names)]
    const number = Math.floor(person() * people)
    const place = domain()
    const host = place < PROVIDERS.length ? PROVIDERS[place] : `company-${place}.example`
    const sourceNumber = source()
    // two of three priorities are the label's; eval/data has more urgent notes than people send
    const urgency = random() < 0.3 ? labels.priority : priority()
    const corrected = random() < 0.02
    const tags = [...(labels.tags ?? [])]
    if (random() < 0.0005) tags.push(pick(random, RARE_TAGS))
    return {
      clientId: `client-${client()}`,
      email: random() < 0.95 ? `${asciiOnly(first)}.${asciiOnly(last)}${number}@${host}` : null,
      phone: random() < 0.35 ? `+49 ${100_000_000 + number}` : null,
      name: random() < 0.8 ? `${capitalized(first)} ${capitalized(last)}` : null,
      note: text,
      source: random() < 0.08 ? null : (NAMED_SOURCES[sourceNumber] ?? `campaign-${sourceNumber}`),
      contentHash: createHash('sha256').update(text).digest('hex'),
      insight: {
        ...{
          stage: stage(),
          intent: labels.intent,
          priority: urgency,
          nextAction: nextActionFor(labels.intent, urgency),
        },
        ...{ confidence: Math.round((0.35 + 0.64 * random()) * 1000) / 1000, tags, language, analyzer: analyzer() },
        reasons: JSON.stringify(
          words.slice(0, 2).map((word, i) => ({ text: word, start: i, end: i + 9, weight: 1.5 })),
        ),
        correctedIntent: corrected ? 'other' : null,
        correctedPriority: corrected ? 'P1' : null,
        latencyMs: latencyMs(),
      },
    }
  }
}

/** Mostly 20 to 400 ms, as of a worker that keeps up; one of a hundred insights took minutes, after an outage. */
function createLatencies(seed: number): () => number {
  const random = createRandom(seed + 1) // another one, so that the rows are otherwise the same as without latencies
  const normal = () => random() + random() + random() + random() - 2 // nearly, from -2 to 2
  return () => Math.round(random() < 0.01 ? 600_000 * random() : 80 * Math.exp(1.2 * normal()))
}

function asciiOnly(word: string): string {
  const letters = word
    .normalize('NFD')
    .replaceAll(/[^a-zA-Z]/g, '')
    .toLowerCase()
  return letters === '' ? 'info' : letters
}

function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}
