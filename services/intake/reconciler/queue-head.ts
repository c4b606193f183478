import { fromBinary } from '@bufbuild/protobuf'
import { timestampDate } from '@bufbuild/protobuf/wkt'
import { LeadReceivedSchema } from '../../../gen/leadtriage/events/v1/lead_received_pb.ts'
import type { Nats } from '../../../lib/jetstream/connect.ts'
import type { JetStreamNames } from '../../../lib/jetstream/names.ts'
import { type QueueDepth, readQueueDepth, readQueueHead } from '../../../lib/jetstream/queue-state.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'

export interface QueueHead {
  /**
   * When the oldest message that was not delivered to a worker was queued; undefined when there is none. Read from the
   * message, where it is a time of the database's clock, and so comparable with times in the database.
   */
  readonly queuedSince: Date | undefined
  /** Identifies this creation of stream and consumer. When it changes, messages published before may be lost. */
  readonly incarnation: string
}

export async function queueHead(nats: Nats, names: JetStreamNames): Promise<QueueHead> {
  const { oldest, incarnation } = await readQueueHead(await nats.first(), names)
  const queuedAt = oldest && fromBinary(LeadReceivedSchema, oldest).queuedAt
  return { queuedSince: queuedAt && timestampDate(queuedAt), incarnation }
}

/** Short: a window of the queue is based on it, and the next request follows within a fraction of a second. */
const DEPTH_TIMEOUT_MS = 1_000

/** Rejects while NATS is disconnected or there is no triage consumer. */
export async function queueDepth(nats: Nats, names: JetStreamNames): Promise<QueueDepth> {
  const connection = nats.up()
  if (connection === undefined) throw new Error('NATS is disconnected')
  return readQueueDepth(connection, names, DEPTH_TIMEOUT_MS)
}

/** Maximum number of leads per call: one statement over all leads of a long outage would exceed its timeout. */
const BATCH_SIZE = 10_000

/**
 * After the queue was recreated, makes everything that was published to the old one due now, one batch per call:
 * messages in a lost or deleted queue are gone, however recently they were published. Does nothing while the
 * incarnation is the same. Skips leads whose rows are locked by a commit in progress; a later call finds them.
 *
 * @param incarnation stored in the database after the last batch, since another process may be the leader by the time
 *   the queue is recreated
 * @returns whether another batch may follow; publish nothing before the last one
 */
export async function recordIncarnation(sql: Sql, incarnation: string): Promise<boolean> {
  const [row] = await sql<{ leads: number }[]>`
    with changed as materialized (
      select from reconciliation where queue_incarnation is distinct from ${incarnation}
    ), published as materialized (
      select lead_id from unsettled_leads
      where published_at is not null and exists (select from changed)
      limit ${BATCH_SIZE}
      for update skip locked
    ), due as (
      update unsettled_leads u
      set check_at = least(u.check_at, now()), publishes = 0, published_at = null
      from published where u.lead_id = published.lead_id
    ), recorded as (
      update reconciliation set queue_incarnation = ${incarnation}
      where queue_incarnation is distinct from ${incarnation} and (select count(*) from published) < ${BATCH_SIZE}
    )
    select count(*)::int as leads from published`
  return row?.leads === BATCH_SIZE
}
