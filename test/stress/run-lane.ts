import { setTimeout as sleep } from 'node:timers/promises'
import { createAddresses } from '../../testkit/load/addresses.ts'
import type { Client } from '../../testkit/load/client.ts'
import { createClient } from '../../testkit/load/client.ts'
import { createLedger } from '../../testkit/load/ledger.ts'
import type { OpenLoop } from '../../testkit/load/open-loop.ts'
import { startOpenLoop } from '../../testkit/load/open-loop.ts'
import { untilSettled } from '../../testkit/load/settled.ts'
import type { Random } from '../../testkit/random.ts'
import { createRandom } from '../../testkit/random.ts'
import type { Servers } from '../../testkit/servers/servers.ts'
import { deleteStream } from './delete-stream.ts'
import { type Diagnosis, diagnose } from './diagnosis.ts'
import { startJitter } from './jitter.ts'
import { startLane } from './lane.ts'
import type { StallClock } from './stall-clock.ts'

/** The outcome of one lane. */
export interface LaneOutcome {
  readonly deletions: number
  readonly leads: number
  readonly deadLetters: number
  /** Per deletion or burst of deletions: from its end until every lead acknowledged by then was settled. */
  readonly recoverySeconds: readonly number[]
  /** Per lead: from its creation to its insight. */
  readonly latencySeconds: readonly number[]
  /**
   * Leads without insight or dead letter {@link HANGS_AFTER_MS} after a deletion, not counting stalls of the machine.
   */
  readonly hangs: readonly Diagnosis[]
  readonly crashes: readonly string[]
}

const HANGS_AFTER_MS = 20_000
/** How long hanging leads may take to recover before the next deletion. */
const RECOVERS_WITHIN_MS = 60_000
/** Share of deletions that are bursts. */
const BURSTS = 0.33
const FROZEN_MS = [5, 1_200] as const
const PAUSE_MS = [100, 2_500] as const

export async function runLane(options: {
  servers: Servers
  name: string
  seed: number
  /** Claims up to `max` deletions of the run; returns 0 when none is left. */
  takeDeletions: (max: number) => number
  leadsPerSecond: number
  stalls: StallClock
  logDir: string
  print: (line: string) => void
  signal: AbortSignal
}): Promise<LaneOutcome> {
  const { servers, name, seed, takeDeletions, stalls, print } = options
  const ending = new AbortController()
  const signal = AbortSignal.any([options.signal, ending.signal])
  const random = createRandom(`${seed}/${name}`)
  const lane = await startLane({ servers, name, logDir: options.logDir, signal })
  const ledger = createLedger()
  const addresses = createAddresses()
  addresses.add(lane.intake.url)
  const client = createClient({ addresses, ledger, random: random.fork('client'), signal })
  const load = startLoad({
    client,
    url: lane.intake.url,
    random: random.fork('load'),
    leadsPerSecond: options.leadsPerSecond,
  })
  const jitters = lane.triages.map(({ pid }, number) =>
    startJitter({ pid, random: random.fork(`jitter-${number}`), frozenMs: FROZEN_MS, pauseMs: PAUSE_MS }),
  )
  const recoverySeconds: number[] = []
  const hangs: Diagnosis[] = []
  let deletions = 0
  try {
    const choices = random.fork('deletions')
    const waitedFor = new Set<string>()
    const takeNew = () => {
      const added = ledger.acknowledgedIds().filter((id) => !waitedFor.has(id))
      for (const id of added) waitedFor.add(id)
      return added
    }
    for (;;) {
      await sleep(choices.integer(50, 1_000), undefined, { signal })
      const taken = takeDeletions(choices.chance(BURSTS) ? choices.integer(2, 4) : 1)
      if (taken === 0) break
      await deleteStream(lane, choices, taken, stalls, signal)
      deletions += taken
      const since = performance.now()
      const added = takeNew()
      let open = added
      for (let leftMs = HANGS_AFTER_MS; leftMs > 0 && open.length > 0; ) {
        open = await untilSettled(lane, open, leftMs, signal)
        leftMs = HANGS_AFTER_MS + stalls.since(since) - (performance.now() - since)
      }
      if (open.length > 0) {
        const diagnosis = await diagnose(lane, open)
        hangs.push(diagnosis)
        print(`${name}: ${open.length} of ${added.length} leads hang: ${JSON.stringify(diagnosis)}`)
        open = await untilSettled(lane, open, RECOVERS_WITHIN_MS, signal)
        print(
          open.length === 0
            ? `${name}: recovered ${((performance.now() - since) / 1_000).toFixed(1)} s after the deletion`
            : `${name}: ${open.length} still hang; continuing: ${JSON.stringify(await diagnose(lane, open))}`,
        )
      }
      recoverySeconds.push((performance.now() - since) / 1_000)
    }
    await load.finish()
    const open = await untilSettled(lane, takeNew(), HANGS_AFTER_MS, signal)
    if (open.length > 0) hangs.push(await diagnose(lane, open))
    const [counts] = await lane.sql<{ leads: number; deadLetters: number }[]>`
      select (select count(*)::int from leads) as leads, (select count(*)::int from dead_letters) as "deadLetters"`
    const latencies = await lane.sql<{ seconds: number }[]>`
      select extract(epoch from i.created_at - l.created_at)::float8 as seconds
      from leads l join insights i on i.lead_id = l.id`
    return {
      deletions,
      leads: counts?.leads ?? 0,
      deadLetters: counts?.deadLetters ?? 0,
      recoverySeconds,
      latencySeconds: latencies.map(({ seconds }) => seconds),
      hangs,
      crashes: lane.crashes.map((crash) => `${name}: ${crash}`),
    }
  } finally {
    ending.abort(new Error('the lane has ended'))
    await Promise.all(jitters.map((jitter) => jitter.stop()))
    await load.finish()
    client.close()
    await lane.remove()
  }
}

/** With this many calls in flight no new ones start, so that the load stays steady. */
const MAX_IN_FLIGHT = 300
/** A note of up to about 12 KB, so that the stream has files of some size. */
const MAX_REPEATS = 150
const SENTENCE = 'How much is the Pro plan for 20 people? We would like to start next week. '

/** Sends leads to an intake at a steady rate. */
function startLoad(options: { client: Client; url: string; random: Random; leadsPerSecond: number }): OpenLoop {
  const { client, url, random, leadsPerSecond } = options
  return startOpenLoop(leadsPerSecond, (number, loop) => {
    if (loop.inFlight >= MAX_IN_FLIGHT) return
    const plan = random.fork(`lead-${number}`)
    const repeats = plan.chance(0.2) ? plan.integer(1, MAX_REPEATS) : 1
    const note = `${SENTENCE.repeat(repeats)}#${number}`
    loop.add(() => client.store(plan.uuid(), { email: null, phone: null, name: null, note, source: null }, url))
  })
}
