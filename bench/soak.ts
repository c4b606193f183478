import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { listenForSignals } from '../embedded/signals.ts'
import { Operation } from './load/job.ts'
import { startGenerator } from './load/start-generator.ts'
import type { Usage } from './measure/process-usage.ts'
import { readUsage } from './measure/process-usage.ts'
import { startProduct } from './stack/product.ts'
import { startServers } from './stack/servers.ts'

/*
 * The command `npm run bench:soak`: checks that memory does not grow in ten minutes, or `--seconds N`, at full load. Each
 * caller sends a lead, waits for its insight, and sends the next, so that the mailbox never holds more than one lead per
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

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '600' }, rate: { type: 'string' } },
})
const seconds = Number(values.seconds)
const ratePerSecond = values.rate === undefined ? undefined : Number(values.rate)
if (!(seconds > 0 && (ratePerSecond ?? 1) > 0)) throw new Error('--seconds and --rate must be above 0')
const say = (line: string) => void process.stdout.write(`${line}\n`)
const signal = listenForSignals(say)
process.exitCode = (await soak()) ? 0 : 1

/** @returns whether memory stayed flat */
async function soak(): Promise<boolean> {
  const servers = await startServers(say)
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
        say(`${Math.round(((number + 1) * seconds) / SAMPLES)} s  MiB: ${memories.join(', ')}`)
      }
      const { items, seconds: took, failures, firstFailure } = await load.end()
      const what = ratePerSecond === undefined ? 'triaged' : 'accepted'
      say(
        `${items} leads ${what}, ${Math.round(items / took)} per second, ${failures} failures${firstFailure ? `, the first: ${firstFailure}` : ''}`,
      )
      return isFlat(samples)
    } finally {
      load.close()
      await product.stop()
    }
  } finally {
    await servers.stop()
  }
}

function isFlat(samples: readonly Exclude<Usage, undefined>[]): boolean {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP_SHARE))
  const middle = Math.floor(warm.length / 2)
  const mean = (part: typeof warm, name: string) =>
    part.reduce((sum, usage) => sum + (usage.get(name)?.memoryMiB ?? 0), 0) / part.length
  const growths = [...(samples[0]?.keys() ?? [])]
    .filter((name) => SERVICES.test(name))
    .map((name) => ({ name, mib: mean(warm.slice(middle), name) - mean(warm.slice(0, middle), name) }))
  for (const { name, mib } of growths) {
    say(`${name}: ${mib > GROWING_MIB ? 'GROWING' : 'flat'} (${mib >= 0 ? '+' : ''}${mib.toFixed(1)} MiB)`)
  }
  return growths.every(({ mib }) => mib <= GROWING_MIB)
}
