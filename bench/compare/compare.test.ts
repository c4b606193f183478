import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseOptions } from '../options.ts'
import { type Servers, startServers } from '../stack/servers.ts'
import { compareFigures, reportOf } from './compare.ts'
import { measureCheckouts } from './measure-checkouts.ts'

const directory = mkdtempSync(join(tmpdir(), 'leadtriage-bench-'))
afterAll(() => rmSync(directory, { recursive: true }))

describe('the report of a comparison', () => {
  const rounds = (...values: number[]) => values.map((value) => ({ total: value }))
  const figures = compareFigures(rounds(10, 30, 20), rounds(20, 10, 50))
  const options = {
    ...{ directories: ['/new', '/old'] as const, rounds: 3, json: false },
    load: { leads: 1_200, ratePerSecond: 50, seconds: 1 },
  }

  test('has the ratio of the medians, with the range of the ratios within a round', () => {
    expect(figures).toEqual([{ name: 'total', medians: [20, 20], ratio: 1, lowestRatio: 0.4, highestRatio: 3 }])
  })

  test('is a table, or JSON', () => {
    expect(reportOf(options, figures)).toMatch(
      /1,200 leads: medians of 3 rounds(.|\n)*\/new +\| \/old(.|\n)*\| 0\.40 to 3\.00/,
    )
    expect(JSON.parse(reportOf({ ...options, json: true }, figures))).toEqual({
      ...{ directories: ['/new', '/old'], rounds: 3 },
      ...{ load: options.load, figures },
    })
  })
})

describe('a checkout', { timeout: 60_000 }, () => {
  const { signal } = new AbortController()
  let servers: Servers
  beforeAll(async () => {
    servers = await startServers(() => undefined)
  })
  afterAll(() => servers.stop())
  const measure = (checkout: string) =>
    measureCheckouts({
      ...{ servers, directories: [checkout], rounds: 1, signal, print: () => undefined },
      load: { leads: 64, ratePerSecond: 50, seconds: 0.3 },
    })

  test('is measured in all figures', async () => {
    const [[figures = {}] = []] = await measure(resolve('.'))
    expect(Object.keys(figures)).toEqual([
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
    for (const [name, value] of Object.entries(figures)) expect(value, name).toBeGreaterThan(0)
  })

  test('has a database with its own migrations', async () => {
    const other = join(directory, 'other-migrations')
    mkdirSync(join(other, 'db'), { recursive: true })
    writeFileSync(join(other, 'db/migrate.ts'), 'console.error("no migration here")\nprocess.exit(1)\n')
    await expect(measure(other)).rejects.toThrow(`${other}/db/migrate.ts failed:\nno migration here`)
  })

  test('has its own services', async () => {
    const other = join(directory, 'other-services')
    mkdirSync(join(other, 'services/intake'), { recursive: true })
    mkdirSync(join(other, 'db'))
    writeFileSync(join(other, 'db/migrate.ts'), '')
    writeFileSync(join(other, 'services/intake/main.ts'), 'throw new Error("started in " + process.cwd())\n')
    symlinkSync(resolve('node_modules'), join(other, 'node_modules'))
    await expect(measure(other)).rejects.toThrow(`started in ${other}`)
  })
})

test.each([
  [['--compare', directory], `${directory} contains no db/migrate.ts`],
  [['--compare', '.', '--quick'], '--compare cannot be combined with --quick or --only'],
  [['--leads', '10'], '--leads needs --compare'],
])('wrong arguments are reported: %j', (args, message) => {
  expect(() => parseOptions(args)).toThrow(message)
})

test('npm run bench -- --compare DIR compares this checkout with DIR', () => {
  expect(parseOptions(['--compare', 'testkit/..', '--rounds', '2', '--leads', '10'])).toMatchObject({
    ...{ directories: [resolve('.'), resolve('.')], rounds: 2 },
    load: { leads: 10, ratePerSecond: 1_000 },
  })
})
