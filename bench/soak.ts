import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Context, type Counts, parseInteger, runMain } from '../testkit/run-main.ts'
import { Operation } from './load/job.ts'
import { startGenerator } from './load/start-generator.ts'
import type { Usage } from './measure/process-usage.ts'
import { readUsage } from './measure/process-usage.ts'
import { startProduct } from './stack/product.ts'
import { startServers } from './stack/servers.ts'

/*
 * The command `npm run bench:soak`: checks that memory does not grow in ten minutes, or `--seconds N`, at full load. Each
 * caller sends a lead, waits for its insight, and sends the next, so that the queue never holds more than one lead per
 * caller. `--rate N` sends N leads per second instead.
 */

/** Enough to keep the network, the commits and the analyzer busy at the same time. */
const CALLERS = 512
const SAMPLES = 20
/** Caches, pools and compiled code grow in the first third. */
const WARM_UP_SHARE = 1 / 3
/** Less growth from the middle third to the last one is garbage collection noise. */
const GROWING_MIB = 20
const SERVICES = /^(?:intake|triage|insights)/

const USAGE = `Checks that the memory of the services does not grow at full load.

  npm run bench:soak -- [--seconds N] [--rate N]

  --seconds N  duration; default: 600
  --rate N     send N leads per second instead of as many as are triaged
`

interface Options {
  readonly seconds: number
  readonly ratePerSecond: number | undefined
}

function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: 'string', default: '600' }, rate: { type: 'string' } },
  })
  return {
    seconds: parseInteger('--seconds', values.seconds),
    ratePerSecond: values.rate === undefined ? undefined : parseInteger('--rate', values.rate),
  }
}

/** @returns how many services have flat and how many have growing memory */
async function soak({ seconds, ratePerSecond }: Options, { print, signal }: Context): Promise<Counts> {
  const servers = await startServers(print)
  try {
    const product = await startProduct({ servers, name: 'bench_soak', signal })
    const load = await startGenerator({
      operation: Operation.Rest,
      url: product.url,
      concurrency: CALLERS,
      ...(ratePerSecond === undefined
        ? { untilInsight: true, insightEvents: product.insightEvents }
        : { ratePerSecond }),
    })
    try {
      const samples: Exclude<Usage, undefined>[] = []
      await load.begin()
      for (let number = 0; number < SAMPLES; number += 1) {
        await sleep((seconds / SAMPLES) * 1_000, undefined, { signal })
        const usage = await readUsage(product.processes)
        if (usage === undefined) throw new Error('reading the memory of processes requires Linux')
        samples.push(usage)
        const memories = [...usage].map(([name, { memoryMiB }]) => `${name} ${memoryMiB.toFixed(0)}`)
        print(`${Math.round(((number + 1) * seconds) / SAMPLES)} s  MiB: ${memories.join(', ')}`)
      }
      const { items, seconds: took, failures, firstFailure } = await load.end()
      const what = ratePerSecond === undefined ? 'triaged' : 'accepted'
      print(
        `${items} leads ${what}, ${Math.round(items / took)} per second, ${failures} failures${firstFailure ? `, the first: ${firstFailure}` : ''}`,
      )
      return growthOf(samples, print)
    } finally {
      load.close()
      await product.stop()
    }
  } finally {
    await servers.stop()
  }
}

function growthOf(samples: readonly Exclude<Usage, undefined>[], print: Context['print']): Counts {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP_SHARE))
  const middle = Math.floor(warm.length / 2)
  const mean = (part: typeof warm, name: string) =>
    part.reduce((sum, usage) => sum + (usage.get(name)?.memoryMiB ?? 0), 0) / part.length
  const growths = [...(samples[0]?.keys() ?? [])]
    .filter((name) => SERVICES.test(name))
    .map((name) => ({ name, mib: mean(warm.slice(middle), name) - mean(warm.slice(0, middle), name) }))
  for (const { name, mib } of growths) {
    print(`${name}: ${mib > GROWING_MIB ? 'GROWING' : 'flat'} (${mib >= 0 ? '+' : ''}${mib.toFixed(1)} MiB)`)
  }
  const failed = growths.filter(({ mib }) => mib > GROWING_MIB).length
  return { passed: growths.length - failed, failed }
}

await runMain({ usage: USAGE, parseOptions, main: soak })
