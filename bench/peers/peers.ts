import { join } from 'node:path'
import postgres from 'postgres'
import { type NodeProgram, startNodeProgram } from '../../testkit/processes/node-program.ts'
import { LimitName } from '../limits/limits.ts'
import { LAYERS_OF_PEER } from '../limits/of-layers.ts'
import type { WatchedProcess } from '../measure/process-usage.ts'
import type { Servers } from '../stack/servers.ts'
import { serverProcesses } from '../stack/servers.ts'
import type { Target } from '../stack/target.ts'
import { startRedis } from './bullmq/redis.ts'

/** Another way to do the same job, in two processes: one takes leads in, one works on them. */
export interface Peer {
  readonly name: string
  /** Its folder, with api.ts and worker.ts. */
  readonly folder: 'bullmq' | 'pg-boss' | 'graphile-worker' | 'seed-loop'
  /** What it is compared with. */
  readonly layers: readonly LimitName[]
}

export const PEERS: readonly Peer[] = [
  { name: 'Fastify and BullMQ', folder: 'bullmq', layers: LAYERS_OF_PEER },
  { name: 'Fastify and pg-boss', folder: 'pg-boss', layers: LAYERS_OF_PEER },
  { name: 'Fastify and graphile-worker', folder: 'graphile-worker', layers: LAYERS_OF_PEER },
  {
    ...{ name: 'one by one on NATS', folder: 'seed-loop' },
    layers: [...LAYERS_OF_PEER, LimitName.Publishes, LimitName.Pulls],
  },
]

/** @returns undefined when the machine lacks what the peer needs */
export async function startPeer({ name, folder }: Peer, servers: Servers): Promise<Target | undefined> {
  const redis = folder === 'bullmq' ? await startRedis(servers.scratchDir) : undefined
  if (folder === 'bullmq' && redis === undefined) return undefined
  const database = `bench_${folder.replace('-', '_')}`
  const { ownerUrl } = await servers.createDatabase(database)
  const sql = postgres(ownerUrl, { max: 2, onnotice: () => undefined })
  const programs: NodeProgram[] = []
  const stop = async () => {
    await Promise.all(programs.map((program) => program.stop()))
    await redis?.stop()
    await sql.end()
    await servers.dropDatabase(database)
  }
  const start = async (part: 'api' | 'worker') => {
    const program = await startNodeProgram({
      program: new URL(`${folder}/${part}.ts`, import.meta.url),
      env: { DATABASE_URL: ownerUrl, NATS_URL: servers.nats.url, REDIS_PORT: String(redis?.port) },
      scratchDir: servers.scratchDir,
      logFile: join(servers.scratchDir, `${folder}-${part}.log`),
    })
    programs.push(program)
    return program
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
