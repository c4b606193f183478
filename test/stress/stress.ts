import { createRandom } from '../../testkit/random.ts'
import type { Servers } from '../../testkit/servers/servers.ts'
import { keepCoresBusy, startJitter } from './jitter.ts'
import type { Options } from './options.ts'
import type { Summary } from './report.ts'
import { summarize } from './report.ts'
import { runLane } from './run-lane.ts'
import { startStallClock } from './stall-clock.ts'

/** Short freezes only; test/chaos has longer ones. */
const NATS_FROZEN_MS = [10, 600] as const
const NATS_PAUSE_MS = [1_500, 8_000] as const

/**
 * Deletes the stream of leads repeatedly under load, while two workers recreate stream and consumer on separate
 * connections, and waits each time until every acknowledged lead is settled.
 */
export async function stress(
  servers: Servers,
  options: Omit<Options, 'logDir'> & { logDir: string },
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<Summary> {
  const { seed, lanes, leadsPerSecond, logDir, busyProcesses } = options
  let left = options.deletions
  const takeDeletions = (max: number) => {
    const taken = Math.min(max, left)
    left -= taken
    return taken
  }
  const stopBusy = keepCoresBusy(busyProcesses)
  const jitter = startJitter({
    pid: servers.nats.pid,
    random: createRandom(`${seed}/nats`),
    frozenMs: NATS_FROZEN_MS,
    pauseMs: NATS_PAUSE_MS,
  })
  const stalls = startStallClock()
  const startedAt = performance.now()
  const failed = new AbortController()
  try {
    const running = Array.from({ length: lanes }, (_, number) =>
      runLane({
        servers,
        name: `stress_${seed}_${number}`,
        seed,
        takeDeletions,
        leadsPerSecond,
        stalls,
        logDir,
        print,
        signal: AbortSignal.any([signal, failed.signal]),
      }).catch((error: unknown) => {
        failed.abort(error)
        throw error
      }),
    )
    const ended = await Promise.allSettled(running) // each lane removes its processes and its database
    const outcomes = ended.map((lane) => {
      if (lane.status === 'rejected') throw lane.reason
      return lane.value
    })
    for (const crash of outcomes.flatMap(({ crashes }) => crashes)) print(crash)
    return summarize(servers.nats.version, seed, outcomes, {
      tookMs: performance.now() - startedAt,
      stalledMs: stalls.since(startedAt),
      longestStallMs: stalls.longestMs,
    })
  } finally {
    await jitter.stop()
    stalls.stop()
    stopBusy()
  }
}
