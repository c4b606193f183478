import type { Client } from '../../testkit/load/client.ts'
import type { OpenLoop } from '../../testkit/load/open-loop.ts'
import { startOpenLoop } from '../../testkit/load/open-loop.ts'
import type { Random } from '../../testkit/random.ts'

/** With this many calls in flight no new ones start, so that the load stays steady. */
const MAX_IN_FLIGHT = 300
/** A note of up to about 12 KB, so that the stream has files of some size. */
const MAX_REPEATS = 150
const SENTENCE = 'How much is the Pro plan for 20 people? We would like to start next week. '

/** Sends leads to an intake at a steady rate. */
export function startLoad(options: { client: Client; url: string; random: Random; leadsPerSecond: number }): OpenLoop {
  const { client, url, random, leadsPerSecond } = options
  return startOpenLoop(leadsPerSecond, (number, loop) => {
    if (loop.inFlight >= MAX_IN_FLIGHT) return
    const plan = random.fork(`lead-${number}`)
    const repeats = plan.chance(0.2) ? plan.integer(1, MAX_REPEATS) : 1
    const note = `${SENTENCE.repeat(repeats)}#${number}`
    loop.add(() => client.store(plan.uuid(), { email: null, phone: null, name: null, note, source: null }, url))
  })
}
