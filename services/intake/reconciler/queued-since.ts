import { fromBinary } from '@bufbuild/protobuf'
import { timestampDate } from '@bufbuild/protobuf/wkt'
import { LeadReceivedSchema } from '../../../gen/leadtriage/events/v1/lead_received_pb.ts'
import type { Nats } from '../../../lib/jetstream/connect.ts'
import type { JetStreamNames } from '../../../lib/jetstream/names.ts'
import { readQueueHead } from '../../../lib/jetstream/queue-state.ts'

export interface QueuedSince {
  /**
   * When the oldest message that no worker has taken was queued; undefined when none waits. The time stands in the
   * message, by the database's clock, so that it can be compared with what the database says.
   */
  readonly since: Date | undefined
  /** Another one than before means that what was published before may be lost. */
  readonly incarnation: string
}

export async function queuedSince(nats: Nats, names: JetStreamNames): Promise<QueuedSince> {
  const { oldest, incarnation } = await readQueueHead(await nats.first(), names)
  const queuedAt = oldest && fromBinary(LeadReceivedSchema, oldest).queuedAt
  return { since: queuedAt && timestampDate(queuedAt), incarnation }
}
