import { setTimeout as sleep } from 'node:timers/promises'
import { trySignal } from '../../../embedded/processes.ts'
import type { Random } from '../../../testkit/random.ts'
import type { BreakableServer } from '../../../testkit/servers/breakable-server.ts'
import { untilPostgresAnswers } from '../../../testkit/servers/servers.ts'
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

/** Three times, all processes that serve clients; PostgreSQL then ends the others and recovers by itself. */
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
