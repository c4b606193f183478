import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { generateKey, hashOfKey, hintOfKey } from '../lib/auth/api-key.ts'
import { ALL_SCOPES } from '../lib/auth/scopes.ts'
import { type Context, parseInteger, runMain } from '../testkit/run-main.ts'
import { Operation } from './load/job.ts'
import { measureThroughput, type Throughput } from './measure/throughput.ts'
import { section } from './report/markdown-table.ts'
import { median } from './report/median.ts'
import { type Product, startProduct } from './stack/product.ts'
import { startServers } from './stack/servers.ts'

/*
 * The command `npm run bench:auth`: measures what authentication costs. Two installations run side by side, one with
 * AUTH=off and one with AUTH=on and an API key, and are loaded in turns.
 */

const USAGE = `Measures the cost of authentication over REST, 64 connections.

  npm run bench:auth -- [--rounds N]

  --rounds N   default: 5. Each loads both installations once, for about 15 s in total
`
const SPAN = { warmUpSeconds: 1.5, seconds: 3 }

interface Options {
  readonly rounds: number
}

function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: 'string', default: '5' } } })
  return { rounds: parseInteger('--rounds', values.rounds) }
}

interface Installation {
  readonly name: string
  readonly product: Product
  readonly authorization?: string
  readonly measured: Throughput[]
}

async function main({ rounds }: Options, { print, signal }: Context): Promise<undefined> {
  const servers = await startServers(print)
  const installations: Installation[] = []
  try {
    const key = generateKey('secret')
    const options = { servers, signal }
    installations.push(
      { name: 'AUTH=off', product: await startProduct({ ...options, name: 'auth_off' }), measured: [] },
      {
        name: 'AUTH=on, API key',
        product: await startProduct({
          ...options,
          name: 'auth_on',
          // limits that count every call and refuse none
          env: { AUTH: 'on', LIMIT_PER_ADDRESS: '1000000/1', LIMIT_PER_CLIENT: '1000000/1' },
          prepare: async (sql) => {
            await sql`
              insert into api_keys (id, hash, hint, kind, name, client_id, scopes, created_by)
              values (${randomUUID()}, ${hashOfKey(key)}, ${hintOfKey(key)}, 'secret', 'bench', 'bench',
                      ${[...ALL_SCOPES]}, 'bench')`
          },
        }),
        authorization: `Bearer ${key}`,
        measured: [],
      },
    )
    for (let round = 1; round <= rounds; round += 1) {
      for (const { name, product, authorization, measured } of installations) {
        const job = {
          operation: Operation.Rest,
          concurrency: 64,
          ...(authorization !== undefined && { authorization }),
        }
        const throughput = await measureThroughput(product, job, SPAN, signal)
        if (throughput.failures > 0) throw new Error(`${name}: ${throughput.firstFailure}`)
        measured.push(throughput)
        print(`round ${round} of ${rounds}, ${name}: ${Math.round(throughput.leadsPerSecond)} leads per second`)
      }
      installations.reverse()
    }
    process.stdout.write(
      `${tableOf(
        installations.toSorted((a, b) => a.name.length - b.name.length),
        rounds,
      )}\n`,
    )
  } finally {
    for (const { product } of installations) await product.stop()
    await servers.stop()
  }
}

const FIGURES: readonly (readonly [name: string, of: (measured: Throughput) => number])[] = [
  ['leads per second, accepted and triaged', ({ leadsPerSecond }) => leadsPerSecond],
  ['leads per second, accepted', ({ acceptedPerSecond }) => acceptedPerSecond],
  ['CPU of intake, µs per lead', ({ costs }) => intakeCost(costs)],
]

function intakeCost(costs: Throughput['costs']): number {
  return costs?.find(({ process }) => process === 'intake')?.cpuMicrosecondsPerLead ?? Number.NaN
}

/** Medians, and the median of the ratios within a round. */
function tableOf([off, on]: readonly Installation[], rounds: number): string {
  return section(
    `Cost of authentication: REST, 64 connections, median of ${rounds} rounds`,
    ['', off?.name ?? '', on?.name ?? '', 'ratio'],
    FIGURES.map(([name, of]) => {
      const [without, withKey] = [off?.measured.map(of) ?? [], on?.measured.map(of) ?? []]
      const ratios = withKey.map((value, round) => value / (without[round] ?? Number.NaN))
      return [name, median(without).toFixed(0), median(withKey).toFixed(0), median(ratios).toFixed(3)]
    }),
  )
}

await runMain({ usage: USAGE, parseOptions, reportTo: process.stderr, main })
