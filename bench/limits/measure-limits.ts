import { join } from 'node:path'
import { startNodeProgram } from '../../testkit/processes/node-program.ts'
import { Operation } from '../load/job.ts'
import { measureOperations, type OperationRate } from '../measure/operations.ts'
import type { Span } from '../measure/throughput.ts'
import type { Servers } from '../stack/servers.ts'
import { type Limit, type LimitLatency, LimitName } from './limits.ts'

interface LimitCase {
  readonly name: LimitName
  readonly operation: Operation
  readonly concurrency: number
  /** A program in servers/, or a server of the run. */
  readonly against: 'node-http' | 'fastify-zod' | 'grpc-noop' | 'connect-noop' | 'postgres' | 'nats'
  /** Whether to measure latency as well. */
  readonly timed?: true
}

const CASES: readonly LimitCase[] = [
  { name: LimitName.NodeHttp, operation: Operation.Rest, concurrency: 64, against: 'node-http' },
  { name: LimitName.FastifyZod, operation: Operation.Rest, concurrency: 64, against: 'fastify-zod', timed: true },
  { name: LimitName.Grpc, operation: Operation.Grpc, concurrency: 64, against: 'grpc-noop' },
  { name: LimitName.Connect, operation: Operation.Connect, concurrency: 64, against: 'connect-noop' },
  {
    name: LimitName.SingleInserts,
    operation: Operation.SingleInsert,
    concurrency: 16,
    against: 'postgres',
    timed: true,
  },
  { name: LimitName.BatchedInserts, operation: Operation.BatchedInsert, concurrency: 4, against: 'postgres' },
  { name: LimitName.Publishes, operation: Operation.Publish, concurrency: 256, against: 'nats', timed: true },
  { name: LimitName.Pulls, operation: Operation.PullAck, concurrency: 4, against: 'nats' },
]

/** Above any rate measured so far, so that the pull benchmark does not run out of messages. */
const MESSAGES_PER_SECOND = 200_000

export interface LimitOptions {
  readonly servers: Servers
  readonly span: Span
  /** For each latency measurement. */
  readonly latencySpan: Span
  readonly latencyRates: readonly number[]
  readonly signal: AbortSignal
  readonly print: (line: string) => void
}

export async function measureLimits(options: LimitOptions): Promise<Limit[]> {
  const { servers, print } = options
  const { ownerUrl } = await servers.createDatabase('bench_limits')
  const limits: Limit[] = []
  try {
    for (const limit of CASES) {
      print(limit.name)
      const { url, stop } = await startServerOf(limit, servers, ownerUrl)
      try {
        limits.push(await measureLimit(limit, url, options))
      } finally {
        await stop()
      }
    }
  } finally {
    await servers.dropDatabase('bench_limits')
  }
  return limits
}

async function measureLimit(limit: LimitCase, url: string, options: LimitOptions): Promise<Limit> {
  const { name, operation, concurrency, timed } = limit
  const { span, latencySpan, latencyRates, signal } = options
  const storedMessages = MESSAGES_PER_SECOND * (span.warmUpSeconds + span.seconds)
  const job = { operation, concurrency, url, storedMessages }
  const { perSecond } = withoutFailures(name, await measureOperations(job, span, signal))
  const latencies: LimitLatency[] = []
  for (const ratePerSecond of timed ? latencyRates : []) {
    const result = await measureOperations({ ...job, ratePerSecond }, latencySpan, signal)
    latencies.push({ ratePerSecond, answer: withoutFailures(name, result).answer })
  }
  return { name, perSecond, latencies }
}

function withoutFailures(name: string, result: OperationRate): OperationRate {
  const { failures, firstFailure } = result
  if (failures > 0) throw new Error(`${name}: ${failures} operations failed, the first with: ${firstFailure}`)
  return result
}

async function startServerOf({ against }: LimitCase, servers: Servers, databaseUrl: string) {
  const nothing = async () => undefined
  if (against === 'postgres') return { url: databaseUrl, stop: nothing }
  if (against === 'nats') return { url: servers.nats.url, stop: nothing }
  return startNodeProgram({
    program: new URL(`servers/${against}.ts`, import.meta.url),
    env: {},
    scratchDir: servers.scratchDir,
    logFile: join(servers.scratchDir, `limit-${against}.log`),
  })
}
