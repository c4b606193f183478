import { join } from 'node:path'
import postgres from 'postgres'
import { type NodeProgram, startNodeProgram } from '../../testkit/processes/node-program.ts'
import { LimitName } from '../limits/limits.ts'
import { LAYERS_OF_PEER } from '../limits/of-layers.ts'
import type { WatchedProcess } from '../measure/process-usage.ts'
import type { Servers } from '../stack/servers.ts'
import { serverProcesses } from '../stack/servers.ts'
import type { Target } from '../stack/target.ts'
import { startRedis } from './redis.ts'

/** Another implementation of the same task, in two processes: an API and a worker. */
export interface Peer {
  readonly name: string
  /** In programs/, without extension. */
  readonly program: 'bullmq' | 'pg-boss' | 'graphile-worker' | 'nats-one-by-one'
  /** The layers to compare its rate with. */
  readonly layers: readonly LimitName[]
}

export const PEERS: readonly Peer[] = [
  { name: 'Fastify and BullMQ', program: 'bullmq', layers: LAYERS_OF_PEER },
  { name: 'Fastify and pg-boss', program: 'pg-boss', layers: LAYERS_OF_PEER },
  { name: 'Fastify and graphile-worker', program: 'graphile-worker', layers: LAYERS_OF_PEER },
  {
    ...{ name: 'one by one on NATS', program: 'nats-one-by-one' },
    layers: [...LAYERS_OF_PEER, LimitName.Publishes, LimitName.Pulls],
  },
]

/** @returns undefined when the peer needs a server that is not installed */
export async function startPeer({ name, program }: Peer, servers: Servers): Promise<Target | undefined> {
  const redis = program === 'bullmq' ? await startRedis(servers.scratchDir) : undefined
  if (program === 'bullmq' && redis === undefined) return undefined
  const database = `bench_${program.replaceAll('-', '_')}`
  const { ownerUrl } = await servers.createDatabase(database)
  const sql = postgres(ownerUrl, { max: 2, onnotice: () => undefined })
  const started: NodeProgram[] = []
  const stop = async () => {
    await Promise.all(started.map((running) => running.stop()))
    await redis?.stop()
    await sql.end()
    await servers.dropDatabase(database)
  }
  const start = async (part: 'api' | 'worker') => {
    const running = await startNodeProgram({
      program: new URL(`programs/${program}.ts`, import.meta.url),
      env: {
        ...{ PEER_PROCESS: part, DATABASE_URL: ownerUrl, NATS_URL: servers.nats.url },
        REDIS_PORT: String(redis?.port),
      },
      scratchDir: servers.scratchDir,
      logFile: join(servers.scratchDir, `${program}-${part}.log`),
    })
    started.push(running)
    return running
  }
  try {
    const [api, worker] = [await start('api'), await start('worker')]
    const processes: WatchedProcess[] = [
      { name: 'api', pid: api.pid, withChildren: false },
      { name: 'worker', pid: worker.pid, withChildren: false },
      ...(redis ? [{ name: 'redis-server', pid: redis.pid, withChildren: false }] : []),
      ...serverProcesses(servers),
    ]
    return { name, url: api.url, sql, watchesStatements: false, processes, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
