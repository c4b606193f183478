import type { Random } from './random.ts'
import { inProportion, pick, zipf } from './random.ts'

/* What is asked for: each returns the parameters of one call of GET /insights, other ones each time. */

type Parameters = readonly (readonly [name: string, value: string])[]
export type ListQueries = (random: Random) => () => Parameters

const ORDERS = ['urgency', 'newest', 'oldest'] as const
const COMMON_WORDS = ['please', 'angebot', 'merci', 'цена', 'licenses', 'invoice'] as const
/** Between common and rare: in one of some hundred to some ten thousand notes. */
const WORDS = [
  'warehouse',
  'kündigung',
  'piscine',
  'ascensor',
  'смета',
  'gas boiler',
  '見積もり',
  'zahnarzt',
  'curriculum',
]
const RARE = ['xqz', 'strelow', 'no such words', 'zzzz', 'щщщ', '🚀🚀🚀', '100%_'] as const

/** One filter, by the name of its parameter. */
function filters(random: Random): Record<string, () => Parameters> {
  const source = zipf(random, 60)
  const client = zipf(random, 25)
  const one = (name: string, values: readonly string[]) => () => [[name, pick(random, values)]] as const
  const day = () => new Date(Date.now() - random() * 365 * 86_400_000).toISOString()
  return {
    priority: one('priority', ['P0', 'P1', 'P2', 'P3']),
    intent: one('intent', ['buy', 'support', 'spam', 'job', 'other']),
    next_action: one('next_action', ['call', 'email', 'qualify', 'ignore']),
    stage: one('stage', ['final', 'provisional']),
    tag: one('tag', ['pricing', 'demo', 'urgent', 'billing', 'security', 'vip', 'press']),
    language: one('language', ['en', 'de', 'fr', 'es', 'pt', 'ru', 'ja']),
    analyzer: one('analyzer', ['rules@14', 'rules@13', 'model@3', 'rules@1']),
    corrected: one('corrected', ['true', 'false']),
    source: () => [['source', `campaign-${7 + (source() % 53)}`]],
    client: () => [['client', `client-${client()}`]],
    min_confidence: () => [['min_confidence', String(Math.round(random() * 100) / 100)]],
    created: () => {
      const [from = '', to = ''] = [day(), day()].sort()
      const [after, before] = [['created_after', from] as const, ['created_before', to] as const]
      return pick(random, [[after], [before], [after, before]])
    },
  }
}

const combination: (count: number) => ListQueries = (count) => (random) => {
  const available = filters(random)
  return () => {
    const names = new Set<string>()
    while (names.size < count) names.add(pick(random, Object.keys(available)))
    return [['order', pick(random, ORDERS)], ...[...names].flatMap((name) => available[name]?.() ?? [])]
  }
}

const text: (terms: readonly string[], count?: number) => ListQueries =
  (terms, count = 0) =>
  (random) => {
    const others = combination(count)(random)
    return () => [
      ...(count === 0 ? [['order', pick(random, ORDERS)] as const] : others()),
      ['text', pick(random, terms)],
    ]
  }

/** @param emails some that leads have */
export function listQueries(emails: readonly string[]): Record<string, ListQueries> {
  return {
    'no filter': (random) => () => [['order', pick(random, ORDERS)]],
    'one filter': combination(1),
    'two filters': combination(2),
    'three filters': combination(3),
    'five filters': combination(5),
    'rare together': (random) => {
      const language = inProportion(random, { ja: 1, ru: 1 })
      return () => [
        ...([
          ['order', pick(random, ORDERS)],
          ['tag', pick(random, ['vip', 'press'])],
        ] as const),
        ...([
          ['language', language()],
          ['source', 'campaign-50'],
        ] as const),
      ]
    },
    'text: a common word': text(COMMON_WORDS),
    'text: a word': text(WORDS),
    'text: hardly in any lead, or in none': text(RARE),
    'text: an email address': text(emails),
    'text: a word, with two filters': text(WORDS, 2),
    'the email address of a sender': (random) => () => [
      ['order', pick(random, ORDERS)],
      ['email', pick(random, emails)],
    ],
  }
}
