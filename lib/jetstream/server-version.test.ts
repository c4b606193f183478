import { expect, test } from 'vitest'
import { isAtLeast, versionWarning } from './server-version.ts'

test.each([
  ['2.9.10', '2.10.0', false],
  ['2.10.0', '2.10.0', true],
  ['2.10.0-RC.2', '2.10.0', true],
  ['2.10.9', '2.10.26', false],
  ['3.0.0', '2.10.26', true],
  ['unknown', '2.10.26', true],
  [undefined, '2.10.26', true],
])('isAtLeast(%s, %s) is %s', (version, wanted, expected) => {
  expect(isAtLeast(version, wanted)).toBe(expected)
})

test.each([
  ['2.9.10', 'before 2.9.16 a new consumer can fail to deliver'],
  ['2.9.25', 'before 2.10.12 a recreated stream can lose its files'],
  ['2.10.20', 'from 2.10.18 to 2.10.25 a consumer can skip messages'],
])('the warning about nats-server %s names the defect and the recommended version', (version, defect) => {
  const warning = versionWarning(version)
  expect(warning).toContain(defect)
  expect(warning).toContain('use 2.10.26 or newer')
})

test.each(['2.10.26', '2.10.29', '2.15.0'])('there is no warning about nats-server %s', (version) => {
  expect(versionWarning(version)).toBeUndefined()
})
