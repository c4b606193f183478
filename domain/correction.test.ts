import { expect, test } from 'vitest'
import type { VerdictChange } from './correction.ts'
import { completeVerdict } from './correction.ts'
import { type Intent, type NextAction, nextActionFor, type Priority } from './vocabulary.ts'

type Current = [intent: Intent, priority: Priority, nextAction?: NextAction]

test.each<[what: string, current: Current, change: VerdictChange, verdict: string]>([
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
  ['a next action that a person chose stays with its verdict', ['buy', 'P1', 'call'], { intent: 'buy' }, 'buy P1 call'],
  ['not spam keeps it as well', ['buy', 'P1', 'call'], { spam: false }, 'buy P1 call'],
  ['it does not outlast its priority', ['buy', 'P1', 'call'], { priority: 'P2' }, 'buy P2 email'],
  ['it does not outlast its intent', ['buy', 'P1', 'call'], { intent: 'other' }, 'other P1 qualify'],
  ['it does not outlast spam', ['buy', 'P1', 'call'], { spam: true }, 'spam P3 ignore'],
  ['spam has no other next action', ['spam', 'P3'], { nextAction: 'call' }, 'spam P3 ignore'],
  ['not spam, with a next action', ['spam', 'P3'], { spam: false, nextAction: 'call' }, 'other P2 call'],
])('%s', (_what, [intent, priority, nextAction = nextActionFor(intent, priority)], change, expected) => {
  const verdict = completeVerdict({ intent, priority, nextAction }, change)
  expect(`${verdict.intent} ${verdict.priority} ${verdict.nextAction}`).toBe(expected)
})
