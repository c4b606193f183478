import type { LoadJob } from './job.ts'
import { Operation } from './job.ts'
import type { Sender } from './sender.ts'
import { createConnectSender } from './senders/connect.ts'
import { createGrpcBatchSender, createGrpcSender } from './senders/grpc.ts'
import { createImportSender } from './senders/import.ts'
import { createPublishSender, createPullAckSender } from './senders/jetstream.ts'
import { createBatchedInsertSender, createSingleInsertSender } from './senders/postgres.ts'
import { createReadSender, createRestSender } from './senders/rest.ts'

const SENDERS = {
  [Operation.Rest]: createRestSender,
  [Operation.Connect]: createConnectSender,
  [Operation.Grpc]: createGrpcSender,
  [Operation.GrpcBatch]: createGrpcBatchSender,
  [Operation.Import]: createImportSender,
  [Operation.Read]: createReadSender,
  [Operation.SingleInsert]: createSingleInsertSender,
  [Operation.BatchedInsert]: createBatchedInsertSender,
  [Operation.Publish]: createPublishSender,
  [Operation.PullAck]: createPullAckSender,
} as const satisfies Record<Operation, (job: LoadJob) => Sender | Promise<Sender>>

export async function createSender(job: LoadJob): Promise<Sender> {
  return SENDERS[job.operation](job)
}
