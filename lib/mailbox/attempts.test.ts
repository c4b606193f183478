import fc from 'fast-check'
import { expect, test } from 'vitest'
import { earlierAttempts, NO_HISTORY } from './attempts.ts'

test('a first delivery has no attempt before it', () => {
  expect(earlierAttempts(1, NO_HISTORY)).toEqual({ attempts: 0, isPoison: false })
})

test('failures count, each once, and are no sign of poison however many', () => {
  const count = fc.integer({ min: 0, max: 100 })
  fc.assert(
    fc.property(count, count, (failures, snoozes) => {
      const history = { answered: failures + snoozes, failures, begun: 0 }
      expect(earlierAttempts(failures + snoozes + 1, history)).toEqual({ attempts: failures, isPoison: false })
    }),
  )
})

test('what ended without an answer counts; two of them make a poison message, and more of them no more attempts', () => {
  const after = (unanswered: number) => earlierAttempts(unanswered + 4, { answered: 3, failures: 1, begun: 0 })
  expect(after(1)).toEqual({ attempts: 2, isPoison: false })
  expect(after(2)).toEqual({ attempts: 3, isPoison: true })
  expect(after(9)).toEqual({ attempts: 3, isPoison: true })
})

test('a consumer that counts from the start again takes nothing back', () => {
  expect(earlierAttempts(1, { answered: 5, failures: 2, begun: 0 })).toEqual({ attempts: 2, isPoison: false })
})
