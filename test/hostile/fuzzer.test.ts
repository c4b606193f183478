import { expect, test } from 'vitest'
import { createRandom } from '../../testkit/random.ts'
import type { CaseContext, Expectation, Mutation } from './fuzzer.ts'
import { demand, mutate, noExpectation } from './fuzzer.ts'

const CASES = 2_000

interface Draft extends Expectation {
  key: string
}

const KEY = 'c0ffee'

/** Two mutations that cancel each other out. */
const MUTATIONS: readonly Mutation<Draft>[] = [
  {
    name: 'longer',
    part: 'key',
    apply: (draft) => {
      draft.key = `${draft.key}x`
      demand(draft, 422)
    },
  },
  {
    name: 'shorter',
    part: 'key',
    apply: (draft) => {
      draft.key = draft.key.slice(0, -1)
      demand(draft, 422)
    },
  },
]

function runMutations(number: number, isEnabled: (index: number) => boolean = () => true) {
  const draft: Draft = { key: KEY, ...noExpectation() }
  const context = { random: createRandom(`case ${number}`), isEnabled, applied: [] as string[] }
  mutate(draft, MUTATIONS, context as unknown as CaseContext, 0) // these mutations use nothing else of the context
  return { draft, applied: context.applied }
}

test('no mutation repairs the part that an earlier one broke', () => {
  const cases = Array.from({ length: CASES }, (_, number) => runMutations(number))
  expect(cases.some(({ applied }) => applied.length > 1)).toBe(true)
  for (const { draft } of cases) expect(draft.key).not.toBe(KEY)
})

test('disabling a mutation that was not applied changes nothing', () => {
  for (let number = 0; number < CASES; number += 1) {
    const { draft, applied } = runMutations(number)
    expect(runMutations(number, (index) => applied[index] !== '').draft).toEqual(draft)
  }
})
