import { describe, expect, it } from 'vitest'
import { Intent, type Priority } from '../../../../../domain/vocabulary.ts'
import { decide, VERDICTS, verdictIndex } from './verdict.ts'

type Given = readonly [Intent, Priority, number]

/** Probabilities that are 0 for all verdicts that are not given. */
function probabilities(given: readonly Given[]): Float64Array {
  const all = new Float64Array(VERDICTS.length)
  for (const [intent, priority, probability] of given) all[verdictIndex(intent, priority)] = probability
  return all
}

function decided(...given: readonly Given[]): string {
  const verdict = VERDICTS[decide(probabilities(given))]
  return `${verdict?.intent} ${verdict?.priority}`
}

describe('the decision', () => {
  it('compares intents by the sum of their priorities', () => {
    const { Buy, Support } = Intent
    expect(decided([Buy, 'P1', 0.3], [Buy, 'P2', 0.3], [Support, 'P1', 0.4])).toBe('buy P1')
  })

  it('calls a note spam only when that is much more probable than a customer', () => {
    expect(decided([Intent.Spam, 'P3', 0.6], [Intent.Support, 'P1', 0.4])).toBe('support P1')
    expect(decided([Intent.Spam, 'P3', 0.8], [Intent.Support, 'P1', 0.2])).toBe('spam P3')
  })

  it('chooses the higher of two priorities that are nearly as probable', () => {
    expect(decided([Intent.Buy, 'P0', 0.42], [Intent.Buy, 'P1', 0.58])).toBe('buy P0')
    expect(decided([Intent.Buy, 'P0', 0.3], [Intent.Buy, 'P1', 0.7])).toBe('buy P1')
    expect(decided([Intent.Buy, 'P3', 1])).toBe('buy P3')
  })
})
