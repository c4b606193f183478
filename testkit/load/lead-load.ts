import type { Random } from '../random.ts'
import type { Addresses } from './addresses.ts'
import type { Client } from './client.ts'
import { makeConflict, makeLead } from './leads.ts'
import type { OpenLoop } from './open-loop.ts'
import { startOpenLoop } from './open-loop.ts'

/** Repeats per lead; about a tenth of all calls. */
const REPEATS = 0.12
const CONFLICTS = 0.03
/** Upper bound for the time between the first call for a key and a late one. */
const LATEST_MS = 6_000

/**
 * Sends leads at a steady rate, some of them again with the same key, some with the same key and another body. What is
 * sent depends on `random` alone; when it is sent, and with what outcome, does not.
 */
export function startLoad(options: {
  client: Client
  addresses: Addresses
  random: Random
  leadsPerSecond: number
}): OpenLoop {
  const { client, addresses, random, leadsPerSecond } = options
  return startOpenLoop(leadsPerSecond, (number, loop) => {
    const plan = random.fork(`lead-${number}`)
    const key = plan.uuid()
    const lead = makeLead(plan, number)
    const via = addresses.any(plan)
    loop.add(() => client.store(key, lead, via))
    const extra = (body: typeof lead) => {
      const to = plan.chance(0.5) ? addresses.anyBut(via, plan) : via
      if (plan.chance(0.4)) loop.add(() => client.store(key, body, to))
      else loop.add(() => client.store(key, body, undefined), plan.integer(1, LATEST_MS))
    }
    if (plan.chance(REPEATS)) extra(lead)
    if (plan.chance(CONFLICTS)) extra(makeConflict(lead, plan))
  })
}
