import { eventually } from '../../../testkit/eventually.ts'
import type { Stack } from '../stack.ts'
import type { Fault } from './fault.ts'

const WAITING = 10_000
const GATHERED_WITHIN_MS = 120_000

/** nats-server is away until so many leads wait for it. */
export const natsAway: Fault = {
  name: 'nats-away',
  recoversWithinSeconds: 20,
  inject: async (stack, _random, signal) => {
    const { nats } = stack.servers
    await nats.kill()
    try {
      await eventually(async () => (await countWaiting(stack)) >= WAITING, {
        timeoutMs: GATHERED_WITHIN_MS,
        intervalMs: 500,
        signal,
        otherwise: `there are no ${WAITING} waiting leads after ${GATHERED_WITHIN_MS} ms`,
      })
    } finally {
      await nats.start()
    }
  },
}

async function countWaiting({ sql }: Stack): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from leads l where not exists (select from insights i where i.lead_id = l.id)`
  return row?.count ?? 0
}
