import { connect } from '@nats-io/transport-node'
import { answerCommands } from './child.ts'
import { type InsightWatch, untilInsight, watchInsights } from './insight-watch.ts'
import {
  type LoadCommand,
  type LoadJob,
  type LoadReply,
  type LoadResult,
  Operation,
  type Sender,
  type Sent,
} from './job.ts'
import { createLatencyRecorder } from './latency.ts'
import type { Loop } from './loops.ts'
import { startClosedLoop, startOpenLoop } from './loops.ts'

/*
 * The process of a load generator, started by start-generator.ts and controlled over IPC. It shares the machine with the
 * system under test, so it does as little work per operation as possible.
 */

type CreateSender = (job: LoadJob) => Sender | Promise<Sender>

/** Imported on demand: a generator starts faster without the libraries of the other operations. */
const SENDERS = {
  [Operation.Rest]: async () => (await import('./senders/rest.ts')).createRestSender,
  [Operation.Connect]: async () => (await import('./senders/connect.ts')).createConnectSender,
  [Operation.Grpc]: async () => (await import('./senders/grpc.ts')).createGrpcSender,
  [Operation.GrpcBatch]: async () => (await import('./senders/grpc.ts')).createGrpcBatchSender,
  [Operation.Import]: async () => (await import('./senders/import.ts')).createImportSender,
  [Operation.Read]: async () => (await import('./senders/rest.ts')).createReadSender,
  [Operation.SingleInsert]: async () => (await import('./senders/postgres.ts')).createSingleInsertSender,
  [Operation.BatchedInsert]: async () => (await import('./senders/postgres.ts')).createBatchedInsertSender,
  [Operation.Publish]: async () => (await import('./senders/jetstream.ts')).createPublishSender,
  [Operation.PullAck]: async () => (await import('./senders/jetstream.ts')).createPullAckSender,
} as const satisfies Record<Operation, () => Promise<CreateSender>>

interface OpenLoad {
  begin(): void
  run(operations: number): Promise<LoadResult>
  end(): Promise<LoadResult>
}

async function openLoad(job: LoadJob): Promise<OpenLoad> {
  const answer = createLatencyRecorder()
  const insights = job.insightEvents && (await openWatch(job.insightEvents))
  const createSender: CreateSender = await SENDERS[job.operation]()
  const sender = job.untilInsight ? untilInsight(await createSender(job), insights) : await createSender(job)
  let items = 0
  let failures = 0
  let firstFailure: string | undefined
  let startedAt = 0
  let loop: Loop | undefined

  const onEnd = (intendedAt: number, outcome: PromiseSettledResult<Sent>) => {
    if (outcome.status === 'rejected') {
      failures += 1
      firstFailure ??= String(outcome.reason)
      return
    }
    answer.record(performance.now() - intendedAt)
    items += outcome.value.items
    if (outcome.value.leadId !== undefined) insights?.expect(outcome.value.leadId, intendedAt)
  }
  const reset = () => {
    answer.reset()
    items = 0
    failures = 0
    firstFailure = undefined
    startedAt = performance.now()
  }
  const end = async () => {
    await loop?.stop()
    const seconds = (performance.now() - startedAt) / 1_000
    const insight = await insights?.finish()
    return { items, seconds, failures, firstFailure, answer: answer.summary(), insight }
  }
  return {
    begin: () => {
      reset()
      loop =
        job.ratePerSecond === undefined
          ? startClosedLoop(sender, job.concurrency, onEnd)
          : startOpenLoop(sender, job.ratePerSecond, onEnd)
    },
    run: async (operations) => {
      reset()
      const closed = startClosedLoop(sender, job.concurrency, onEnd, operations)
      loop = closed
      await closed.ended
      return end()
    },
    end,
  }
}

async function openWatch({ natsUrl, subjects }: NonNullable<LoadJob['insightEvents']>): Promise<InsightWatch> {
  return watchInsights(await connect({ servers: natsUrl }), subjects)
}

let load: OpenLoad | undefined

answerCommands<LoadCommand, LoadReply>(async (command) => {
  if (command.kind === 'open') {
    load = await openLoad(command.job)
    return { kind: 'done' }
  }
  if (load === undefined) throw new Error(`"${command.kind}" requires an open load`)
  if (command.kind === 'run') return { kind: 'ended', result: await load.run(command.operations) }
  if (command.kind === 'end') return { kind: 'ended', result: await load.end() }
  load.begin()
  return { kind: 'done' }
})
