import { expect, test } from 'vitest'
import { childTraceparent } from './trace-context.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'

test.each(['00', '01'])("a caller's trace continues with a new span and the caller's flags (%s)", (flags) => {
  const child = childTraceparent(`00-${TRACE}-${PARENT}-${flags}`)
  expect(child).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-${flags}$`))
  expect(child).not.toContain(PARENT)
})

test.each([
  undefined,
  '',
  'nonsense',
  `00-${TRACE.toUpperCase()}-${PARENT}-01`,
  `00-${'0'.repeat(32)}-${PARENT}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE}-${PARENT}`,
  `00-${TRACE}-${PARENT}-01-more`,
  `00-${TRACE}-${PARENT}-01\r\nInjected: yes`,
  `ff-${TRACE}-${PARENT}-01`,
])('%j is not a valid trace: each call starts a new one', (incoming) => {
  const [one, other] = [childTraceparent(incoming), childTraceparent(incoming)]
  expect(one).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/)
  expect(one).not.toContain(TRACE)
  expect(other).not.toBe(one)
})
