import { fromBinary } from '@bufbuild/protobuf'
import { timestampDate } from '@bufbuild/protobuf/wkt'
import { LeadReceivedSchema } from '../../../gen/leadtriage/events/v1/lead_received_pb.ts'
import type { Nats } from '../../../lib/jetstream/connect.ts'
import type { JetStreamNames } from '../../../lib/jetstream/names.ts'
import { oldestWaiting } from '../../../lib/jetstream/queue-state.ts'

/**
 * When the oldest message that no worker has taken was queued; undefined when none waits. The time stands in the
 * message, by the database's clock, so that it can be compared with what the database says.
 */
export async function queuedSince(nats: Nats, names: JetStreamNames): Promise<Date | undefined> {
  const payload = await oldestWaiting(await nats.first(), names)
  if (payload === undefined) return undefined
  const { queuedAt } = fromBinary(LeadReceivedSchema, payload)
  return queuedAt && timestampDate(queuedAt)
}
