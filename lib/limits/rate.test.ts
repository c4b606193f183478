import { expect, test } from 'vitest'
import { rateOf, rateSetting } from './rate.ts'

const setting = rateSetting('50/1', 5)

test.each([
  ['100/1', { quota: 100, windowSeconds: 1 }],
  ['600/60', { quota: 600, windowSeconds: 60 }],
  ['0', undefined],
  ['off', undefined],
  [undefined, { quota: 50, windowSeconds: 1 }],
])('%s is a limit', (text, rate) => {
  expect(rateOf(setting.parse(text))).toEqual(rate)
})

test.each(['100', '100/0', '4/1', '0/1', '-1/1', '1.5/1', '100/1/1', '100/s', 'none', '100/86401', ' 100/1'])(
  '%s is refused with what would be right',
  (text) => {
    expect(setting.safeParse(text).error?.issues[0]?.message).toBe(
      'must be a number of at least 5 per seconds (at most 86400) such as 50/1, or off',
    )
  },
)
