import fc from 'fast-check'
import { expect, test } from 'vitest'
import { earlierAttempts, NO_HISTORY } from './attempt-tracker.ts'

test('a first delivery has no earlier attempts', () => {
  expect(earlierAttempts(1, NO_HISTORY)).toEqual({ attempts: 0, isPoison: false })
})

test('each failure counts once, and any number of them makes no poison message', () => {
  const count = fc.integer({ min: 0, max: 100 })
  fc.assert(
    fc.property(count, count, (failures, snoozes) => {
      const history = { answered: failures + snoozes, failures, begun: 0 }
      expect(earlierAttempts(failures + snoozes + 1, history)).toEqual({ attempts: failures, isPoison: false })
    }),
  )
})

test('unanswered deliveries count; two of them make a poison message, and further ones are not counted', () => {
  const after = (unanswered: number) => earlierAttempts(unanswered + 4, { answered: 3, failures: 1, begun: 0 })
  expect(after(1)).toEqual({ attempts: 2, isPoison: false })
  expect(after(2)).toEqual({ attempts: 3, isPoison: true })
  expect(after(9)).toEqual({ attempts: 3, isPoison: true })
})

test('a recreated consumer that counts from 1 again removes no attempts', () => {
  expect(earlierAttempts(1, { answered: 5, failures: 2, begun: 0 })).toEqual({ attempts: 2, isPoison: false })
})
