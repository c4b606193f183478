import { setTimeout as sleep } from 'node:timers/promises'
import { trySignal } from '../../../embedded/processes.ts'
import { eventually } from '../../../testkit/eventually.ts'
import type { Random } from '../../../testkit/random.ts'
import type { BreakableServer } from '../../../testkit/servers/breakable-server.ts'
import { untilPostgresAnswers } from '../../../testkit/servers/servers.ts'
import type { Stack } from '../stack.ts'
import type { Fault } from './fault.ts'

async function killAndStart(server: BreakableServer, random: Random): Promise<void> {
  await server.kill()
  await sleep(random.integer(2_000, 3_000))
  await server.start()
}

export const killNats: Fault = {
  name: 'kill-nats',
  inject: ({ servers }, random) => killAndStart(servers.nats, random),
}

export const killPostgres: Fault = {
  name: 'kill-postgres',
  inject: ({ servers }, random) => killAndStart(servers.postgres, random),
}

/** Kills all backends that serve clients, three times; PostgreSQL then terminates the others and recovers by itself. */
export const killPostgresBackends: Fault = {
  name: 'kill-postgres-backends',
  inject: async ({ sql }, random, signal) => {
    for (let round = 0; round < 3; round += 1) {
      await untilPostgresAnswers(sql)
      const rows = await sql<{ pid: number }[]>`
        select pid from pg_stat_activity
        where backend_type = 'client backend' and datname = current_database() and pid <> pg_backend_pid()`
      for (const { pid } of rows) trySignal(pid, 'SIGKILL')
      await sleep(random.integer(1_000, 2_500), undefined, { signal })
    }
    await untilPostgresAnswers(sql)
  },
}

const WAITING = 10_000
const GATHERED_WITHIN_MS = 120_000

/** Keeps nats-server down until {@link WAITING} leads are untriaged. */
export const natsOutage: Fault = {
  name: 'nats-outage',
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
