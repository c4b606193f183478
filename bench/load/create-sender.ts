import type { LoadJob } from './job.ts'
import { Operation } from './job.ts'
import type { Sender } from './sender.ts'

type CreateSender = (job: LoadJob) => Sender | Promise<Sender>

/** Loaded when it is needed: a generator starts sooner without the libraries of the others. */
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

export async function createSender(job: LoadJob): Promise<Sender> {
  const create: CreateSender = await SENDERS[job.operation]()
  return create(job)
}
