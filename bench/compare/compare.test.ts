import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { compareFigures } from './compare.ts'

const directory = mkdtempSync(join(tmpdir(), 'leadtriage-bench-'))
afterAll(() => rmSync(directory, { recursive: true }))

function compare(other: string, ...args: string[]) {
  const all = ['bench/run.ts', '--compare', other, '--rounds', '1', '--leads', '200', '--rate', '50', ...args]
  return spawnSync(process.execPath, all, { encoding: 'utf8' })
}

test('a ratio is that of the medians, with the range of the ratios within a round', () => {
  const rounds = (...values: number[]) => values.map((value) => ({ total: value }))
  expect(compareFigures(rounds(10, 30, 20), rounds(20, 10, 40))).toEqual([
    { name: 'total', medians: [20, 20], ratio: 1, lowestRatio: 0.5, highestRatio: 3 },
  ])
})

describe('npm run bench -- --compare', { timeout: 120_000 }, () => {
  test('measures the same figures of both checkouts', () => {
    const { status, stdout, stderr } = compare('.', '--json')
    expect(stderr).toMatch(/^round 1 of 1, /m)
    expect(status).toBe(0)
    const { directories, load, figures } = JSON.parse(stdout)
    expect(directories).toEqual([resolve('.'), resolve('.')])
    expect(load).toMatchObject({ leads: 200, ratePerSecond: 50 })
    expect(figures.map(({ name }: { name: string }) => name)).toEqual([
      ...['intake', 'triage 1', 'insights', 'postgres', 'nats-server', 'total'].map(
        (of) => `CPU of ${of}, µs per lead`,
      ),
      'WAL, bytes per lead',
      'accepted and triaged per second',
      'accepted per second',
      'p99 of answers at full load, ms',
      'p99 from request to answer at 50 per second, ms',
      'p99 from request to stored insight at 50 per second, ms',
    ])
    for (const { name, medians } of figures) for (const value of medians) expect(value, name).toBeGreaterThan(0)
  })

  test('migrates the database of the other checkout with its own migrations', () => {
    const other = join(directory, 'other-migrations')
    mkdirSync(join(other, 'db'), { recursive: true })
    writeFileSync(join(other, 'db/migrate.ts'), 'console.error("no migration here")\nprocess.exit(1)\n')
    const { status, stderr } = compare(other)
    expect(status).toBe(1)
    expect(stderr).toContain(`${other}/db/migrate.ts failed:\nno migration here`)
  })

  test('starts the services of the other checkout', () => {
    const other = join(directory, 'other-services')
    mkdirSync(join(other, 'services/intake'), { recursive: true })
    mkdirSync(join(other, 'db'))
    writeFileSync(join(other, 'db/migrate.ts'), '')
    writeFileSync(join(other, 'services/intake/main.ts'), 'throw new Error("started in " + process.cwd())\n')
    symlinkSync(resolve('node_modules'), join(other, 'node_modules'))
    const { status, stderr } = compare(other)
    expect(status).toBe(1)
    expect(stderr).toContain(`started in ${other}`)
  })
})

test.each([
  [[directory], `${directory} contains no db/migrate.ts`],
  [['.', '--quick'], '--compare cannot be combined with --quick or --only'],
])('wrong arguments are reported: %j', ([other = '', ...args], message) => {
  const { status, stderr } = compare(other, ...args)
  expect(status).toBe(2)
  expect(stderr).toContain(message)
})

test('options of a comparison need --compare', () => {
  const { status, stderr } = spawnSync(process.execPath, ['bench/run.ts', '--leads', '10'], { encoding: 'utf8' })
  expect(status).toBe(2)
  expect(stderr).toContain('--leads needs --compare')
})
