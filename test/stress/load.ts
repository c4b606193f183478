import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../testkit/random.ts'

const TICK_MS = 20
const TRY_TIMEOUT_MS = 10_000
const RETRY_MS = 200
/** Past this many unanswered calls no new ones are made: the load is to be steady, not to grow without end. */
const MAX_UNANSWERED = 300
/** A note of up to some 12 KB, so that the stream's folder has something in it. */
const MAX_REPEATS = 150
const SENTENCE = 'How much is the Pro plan for 20 people? We would like to start next week. '

export interface Load {
  /** Ids of all leads that intake has acknowledged so far. */
  acknowledged(): readonly string[]
  /** Sends nothing new; resolves when every call is answered. */
  finish(): Promise<void>
}

/** Sends leads to an intake at a steady rate and retries each until it is acknowledged. */
export function startLoad(options: { url: string; random: Random; leadsPerSecond: number; signal: AbortSignal }): Load {
  const { url, random, leadsPerSecond, signal } = options
  const acknowledged: string[] = []
  const running = new Set<Promise<void>>()

  const store = async (key: string, note: string) => {
    while (!signal.aborted) {
      try {
        const response = await fetch(`${url}/leads`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
          body: JSON.stringify({ note }),
          signal: AbortSignal.any([signal, AbortSignal.timeout(TRY_TIMEOUT_MS)]),
        })
        const { id } = (await response.json()) as { id?: string }
        if (response.ok && id !== undefined) {
          acknowledged.push(id)
          return
        }
      } catch {
        // not acknowledged: the same key is tried again
      }
      await sleep(RETRY_MS)
    }
  }

  const startedAt = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * leadsPerSecond)
    for (; sent < due; sent += 1) {
      if (running.size >= MAX_UNANSWERED) continue
      const plan = random.fork(`lead-${sent}`)
      const repeats = plan.chance(0.2) ? plan.integer(1, MAX_REPEATS) : 1
      const call = store(plan.uuid(), `${SENTENCE.repeat(repeats)}#${sent}`)
      running.add(call)
      void call.finally(() => running.delete(call))
    }
  }, TICK_MS)

  return {
    acknowledged: () => acknowledged,
    finish: async () => {
      clearInterval(timer)
      while (running.size > 0) await Promise.all(running)
    },
  }
}
