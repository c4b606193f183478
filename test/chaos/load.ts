import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../testkit/random.ts'
import type { Addresses } from './addresses.ts'
import type { Client } from './client.ts'
import { makeConflict, makeLead } from './leads.ts'

const TICK_MS = 10
/** Repeats per lead; about a tenth of all calls. */
const REPEATS = 0.12
const CONFLICTS = 0.03
/** How long after the first call a late one comes. */
const LATEST_MS = 6_000

export interface Load {
  /** Sends no new leads from now on; what is to come later (repeats) is sent now. Resolves when all calls have ended. */
  finish(): Promise<void>
}

/**
 * Sends leads at a steady rate, however long the answers take (an open loop), with repeats and conflicts among them.
 * What is sent follows from `random` alone; only when it is sent, and what becomes of it, does not.
 */
export function startLoad(options: {
  client: Client
  addresses: Addresses
  random: Random
  leadsPerSecond: number
}): Load {
  const { client, addresses, random, leadsPerSecond } = options
  const finishing = new AbortController()
  const running = new Set<Promise<void>>()
  const track = (call: Promise<void>) => {
    running.add(call)
    void call.finally(() => running.delete(call))
  }
  const later = (ms: number, send: () => Promise<void>) =>
    track(
      sleep(ms, undefined, { signal: finishing.signal })
        .catch(() => undefined)
        .then(send),
    )

  const sendLead = (number: number) => {
    const plan = random.fork(`lead-${number}`)
    const key = plan.uuid()
    const lead = makeLead(plan, number)
    const via = addresses.any(plan)
    track(client.store(key, lead, via))
    const extra = (body: typeof lead) => {
      const to = plan.chance(0.5) ? addresses.anyBut(via, plan) : via
      if (plan.chance(0.4)) track(client.store(key, body, to))
      else later(plan.integer(1, LATEST_MS), () => client.store(key, body, undefined))
    }
    if (plan.chance(REPEATS)) extra(lead)
    if (plan.chance(CONFLICTS)) extra(makeConflict(lead, plan))
  }

  const startedAt = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * leadsPerSecond)
    while (sent < due) sendLead(sent++)
  }, TICK_MS)

  return {
    finish: async () => {
      clearInterval(timer)
      finishing.abort()
      while (running.size > 0) await Promise.all(running)
    },
  }
}
