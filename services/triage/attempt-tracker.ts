import { isErased, passGate } from '../../contract/erased-leads.ts'
import type { LeadReceived } from '../../gen/leadtriage/events/v1/lead_received_pb.ts'
import { createBatcher } from '../../lib/batcher/batcher.ts'
import { isolateFailures } from '../../lib/batcher/isolate-failures.ts'
import type { AttemptTracker, DeliveryEnd, DeliveryHistory } from '../../lib/mailbox/attempt-tracker.ts'
import { NO_HISTORY } from '../../lib/mailbox/attempt-tracker.ts'
import type { Delivery } from '../../lib/mailbox/delivery.ts'
import type { Sql } from '../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../lib/postgres/query-timeout.ts'

type LeadDelivery = Delivery<LeadReceived>

interface EndedDelivery extends DeliveryEnd {
  readonly delivery: LeadDelivery
}

/**
 * Records how the deliveries of a lead's message ended in `delivery_attempts`, until the lead has an insight or a dead
 * letter. Leads that succeed at the first attempt have no row. A new message of the same lead starts with an empty
 * history. A delivery count that does not increase shows that the consumer was recreated, since the consumer counts
 * deliveries. Recording is idempotent. Erased leads have no history.
 *
 * Reads and writes are batched, since a worker that was killed leaves hundreds of messages to redeliver.
 */
export function createAttemptTracker(sql: Sql): AttemptTracker<LeadReceived> {
  const recalls = createBatcher({
    ...BATCHES,
    flush: (deliveries: readonly LeadDelivery[]) => recall(sql, deliveries),
  })
  const ends = createBatcher({
    ...BATCHES,
    // isolates failures because a batch may contain a redelivered lead twice, which one upsert statement rejects
    flush: isolateFailures((ended: readonly EndedDelivery[]) => recordEnds(sql, ended)),
  })
  return {
    recall: recalls.submit,
    begin: async (delivery) => {
      const [row] = await withQueryTimeout(begin(sql, delivery))
      return row?.begun ?? 1
    },
    recordEnd: async (delivery, end) => {
      await ends.submit({ ...end, delivery })
    },
  }
}

const BATCHES = { maxBatchSize: 500, maxInFlight: 1, maxQueued: 10_000 }

async function recall(sql: Sql, deliveries: readonly LeadDelivery[]): Promise<DeliveryHistory[]> {
  const rows = await withQueryTimeout(sql<(DeliveryHistory & { leadId: string; message: string; delivery: number })[]>`
    select lead_id as "leadId", message, delivery, answered, failures, begun from delivery_attempts
    where lead_id = any(${deliveries.map(({ event }) => event.leadId)}::uuid[])`)
  const histories = new Map(rows.map((row) => [row.leadId, row]))
  return deliveries.map(({ event, messageId, deliveryCount }) => {
    const row = histories.get(event.leadId)
    if (row?.message !== messageId) return NO_HISTORY
    const { failures, begun } = row
    return { answered: row.delivery < deliveryCount ? row.answered : 0, failures, begun }
  })
}

function begin(sql: Sql, { event, messageId, deliveryCount }: LeadDelivery) {
  return sql<{ begun: number }[]>`
    with ${passGate(sql)}
    insert into delivery_attempts as stored (lead_id, message, delivery, answered, failures, begun, begun_delivery)
    select ${event.leadId}::uuid, ${messageId}, 0, 0, 0, 1, ${deliveryCount}::int
    where not ${isErased(sql, sql`${event.leadId}::uuid`)}
    on conflict (lead_id) do update set
      message = excluded.message,
      delivery = case when stored.message = excluded.message then stored.delivery else 0 end,
      begun_delivery = excluded.begun_delivery,
      begun = case
        when stored.message <> excluded.message then 1
        when stored.begun_delivery = excluded.begun_delivery then stored.begun
        else stored.begun + 1
      end,
      answered = case when stored.message = excluded.message then stored.answered else 0 end,
      failures = case when stored.message = excluded.message then stored.failures else 0 end
    returning begun`
}

/**
 * Sorted by lead, so that concurrent workers lock rows in the same order. Changes nothing for a delivery that is
 * already recorded: after a timeout it may be recorded twice.
 */
async function recordEnds(sql: Sql, ended: readonly EndedDelivery[]): Promise<null[]> {
  await withQueryTimeout(sql`
    with ${passGate(sql)}
    insert into delivery_attempts as stored (lead_id, message, delivery, answered, failures, begun, begun_delivery)
    select lead_id, message, delivery, 1, failures, -begun, 0
    from unnest(
      ${ended.map(({ delivery }) => delivery.event.leadId)}::uuid[],
      ${ended.map(({ delivery }) => delivery.messageId)}::text[],
      ${ended.map(({ delivery }) => delivery.deliveryCount)}::int[],
      ${ended.map(({ failed }) => (failed ? 1 : 0))}::int[],
      ${ended.map(({ begun }) => (begun ? 1 : 0))}::int[]
    ) as t (lead_id, message, delivery, failures, begun)
    where not ${isErased(sql, sql`t.lead_id`)}
    order by lead_id
    on conflict (lead_id) do update set
      message = excluded.message,
      delivery = excluded.delivery,
      answered = case
        when stored.message = excluded.message and stored.delivery < excluded.delivery then stored.answered + 1
        else 1
      end,
      failures = case when stored.message = excluded.message then stored.failures else 0 end + excluded.failures,
      begun = case when stored.message = excluded.message then greatest(0, stored.begun + excluded.begun) else 0 end
    where (stored.message, stored.delivery) <> (excluded.message, excluded.delivery)`)
  return ended.map(() => null)
}

/** Deletes the history of leads; a part of the statement that settles them. */
export function forgetAttempts(sql: Sql, leadIds: readonly string[]) {
  return sql`delete from delivery_attempts where lead_id = any(${[...leadIds]}::uuid[])`
}
