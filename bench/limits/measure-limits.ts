import { join } from 'node:path'
import { Operation } from '../load/job.ts'
import { measureOperations } from '../measure/operations.ts'
import type { Span } from '../measure/throughput.ts'
import { startNodeProgram } from '../stack/node-program.ts'
import type { Servers } from '../stack/servers.ts'

/** What a layer does alone, driven by the same load generator on the same machine. */
export interface Limit {
  readonly name: string
  readonly perSecond: number
}

interface LimitCase {
  readonly name: string
  readonly operation: Operation
  readonly concurrency: number
  /** A program in servers/, or one of the servers of the run. */
  readonly against: 'node-http' | 'fastify-zod' | 'grpc-noop' | 'connect-noop' | 'postgres' | 'nats'
}

export const LimitName = {
  NodeHttp: 'node:http, JSON echo',
  FastifyZod: 'Fastify with zod',
  Grpc: 'grpc-js, no-op',
  Connect: 'Connect JSON, no-op',
  SingleInserts: 'PostgreSQL, single-row inserts',
  BatchedInserts: 'PostgreSQL, inserts of 200 rows',
  Publishes: 'JetStream, publishes awaited',
  Pulls: 'JetStream, pull and ack',
} as const

const CASES: readonly LimitCase[] = [
  { name: LimitName.NodeHttp, operation: Operation.Rest, concurrency: 64, against: 'node-http' },
  { name: LimitName.FastifyZod, operation: Operation.Rest, concurrency: 64, against: 'fastify-zod' },
  { name: LimitName.Grpc, operation: Operation.Grpc, concurrency: 64, against: 'grpc-noop' },
  { name: LimitName.Connect, operation: Operation.Connect, concurrency: 64, against: 'connect-noop' },
  { name: LimitName.SingleInserts, operation: Operation.SingleInsert, concurrency: 16, against: 'postgres' },
  { name: LimitName.BatchedInserts, operation: Operation.BatchedInsert, concurrency: 4, against: 'postgres' },
  { name: LimitName.Publishes, operation: Operation.Publish, concurrency: 256, against: 'nats' },
  { name: LimitName.Pulls, operation: Operation.PullAck, concurrency: 4, against: 'nats' },
]

export async function measureLimits(
  servers: Servers,
  span: Span,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<Limit[]> {
  const { ownerUrl } = await servers.createDatabase('bench_limits')
  const limits: Limit[] = []
  try {
    for (const limit of CASES) {
      say(limit.name)
      const { url, stop } = await otherSide(limit, servers, ownerUrl)
      try {
        const { operation, concurrency } = limit
        const { perSecond, failures, firstFailure } = await measureOperations(
          { operation, concurrency, url },
          span,
          signal,
        )
        if (failures > 0) throw new Error(`${limit.name}: ${failures} failures, the first: ${firstFailure}`)
        limits.push({ name: limit.name, perSecond })
      } finally {
        await stop()
      }
    }
  } finally {
    await servers.dropDatabase('bench_limits')
  }
  return limits
}

async function otherSide({ against }: LimitCase, servers: Servers, databaseUrl: string) {
  const nothing = async () => undefined
  if (against === 'postgres') return { url: databaseUrl, stop: nothing }
  if (against === 'nats') return { url: servers.nats.url, stop: nothing }
  return startNodeProgram({
    program: new URL(`servers/${against}.ts`, import.meta.url),
    env: {},
    mark: servers.scratchDir,
    logFile: join(servers.scratchDir, `limit-${against}.log`),
  })
}
