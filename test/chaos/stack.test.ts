import { expect, test } from 'vitest'
import { commonSettings } from '../../lib/config/load-config.ts'
import { FAULTS } from './faults/faults.ts'
import { parseOptions } from './options.ts'
import { nameRun } from './stack.ts'

const LARGEST_SEED = Number.MAX_SAFE_INTEGER
/** Names that PostgreSQL neither truncates nor requires to be quoted. */
const DATABASE_NAME = /^[a-z_][a-z0-9_]{0,62}$/

test.each(FAULTS.map(({ name }) => name))('the services accept the namespace of %s with the largest seed', (fault) => {
  const { seed } = parseOptions(['--seed', String(LARGEST_SEED)])
  const { namespace } = nameRun(fault, seed)
  expect(commonSettings.NATS_NAMESPACE.safeParse(namespace)).toEqual({ success: true, data: namespace })
  expect(namespace).toMatch(DATABASE_NAME)
})

test('every fault and seed has a different namespace', () => {
  const names = FAULTS.flatMap(({ name }) => [1, 2, LARGEST_SEED].map((seed) => nameRun(name, seed).namespace))
  expect(new Set(names).size).toBe(names.length)
})
