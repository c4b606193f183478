import { AckPolicy, jetstreamManager, RetentionPolicy } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'

export const STREAM = 'BENCH_SEED'
export const SUBJECT = 'bench.seed'
export const CONSUMER = 'triage'

export async function openQueue() {
  const nats = await connect({ servers: process.env.NATS_URL ?? '' })
  const manager = await jetstreamManager(nats)
  await manager.streams.add({ name: STREAM, subjects: [SUBJECT], retention: RetentionPolicy.Workqueue })
  await manager.consumers.add(STREAM, { durable_name: CONSUMER, ack_policy: AckPolicy.Explicit })
  return { nats }
}
