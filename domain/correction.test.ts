import { expect, test } from 'vitest'
import type { VerdictChange } from './correction.ts'
import { completeVerdict } from './correction.ts'
import type { Intent, Priority } from './vocabulary.ts'

test.each<[what: string, current: [Intent, Priority], change: VerdictChange, verdict: string]>([
  ['the intent alone keeps the priority', ['buy', 'P1'], { intent: 'support' }, 'support P1 email'],
  ['the priority alone keeps the intent', ['buy', 'P1'], { priority: 'P0' }, 'buy P0 call'],
  ['the next action alone keeps both', ['buy', 'P1'], { nextAction: 'call' }, 'buy P1 call'],
  [
    'a next action counts more than what follows',
    ['buy', 'P1'],
    { priority: 'P0', nextAction: 'email' },
    'buy P0 email',
  ],
  ['the same verdict confirms', ['job', 'P3'], { intent: 'job', priority: 'P3' }, 'job P3 ignore'],
  ['spam', ['buy', 'P0'], { spam: true }, 'spam P3 ignore'],
  ['the intent spam', ['buy', 'P0'], { intent: 'spam' }, 'spam P3 ignore'],
  ['the intent spam with a priority', ['buy', 'P0'], { intent: 'spam', priority: 'P2' }, 'spam P2 ignore'],
  ['not spam', ['spam', 'P3'], { spam: false }, 'other P2 qualify'],
  ['not spam, with an intent', ['spam', 'P3'], { spam: false, intent: 'buy' }, 'buy P2 email'],
  ['not spam, with a priority', ['spam', 'P3'], { spam: false, priority: 'P1' }, 'other P1 qualify'],
  ['another intent than spam', ['spam', 'P3'], { intent: 'support' }, 'support P2 email'],
  ['not spam confirms another intent', ['buy', 'P1'], { spam: false }, 'buy P1 email'],
])('%s', (_what, [intent, priority], change, expected) => {
  const verdict = completeVerdict({ intent, priority }, change)
  expect(`${verdict.intent} ${verdict.priority} ${verdict.nextAction}`).toBe(expected)
})
