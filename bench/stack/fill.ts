import type { Sql } from 'postgres'
import { withoutIndexes } from './without-indexes.ts'

/**
 * Stores leads with insights, as if they had been created over the last year.
 */
export async function fillWithTriagedLeads(sql: Sql, count: number): Promise<void> {
  if (count === 0) return
  await withoutIndexes(sql, ['leads', 'insights'], async (transaction) => {
    await transaction`
      insert into leads (id, client_id, idempotency_key, request_hash, note, email, content_hash, created_at)
      select uuidv7(t.at - now()), 'anonymous', gen_random_uuid(), sha256(i::text::bytea),
             'Please send a quote for 20 seats, we would like to start next month. #' || i, 'buyer' || i || '@example.com',
             encode(sha256(i::text::bytea), 'hex'), t.at
      from generate_series(1, ${count}::int) i,
           lateral (select now() - interval '1 hour' - interval '365 days' * (${count}::int - i) / ${count}::int as at) t`
    await transaction`
      insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence, tags,
                            reasons, language, analyzer, created_at, updated_at)
      select id, gen_random_uuid(), 1, 'final', content_hash, 'buy', 'P1', 'email', 0.7, '{pricing}',
             '[{"text": "asks for a price", "start": 14, "end": 19, "weight": 2}]', 'en', 'bench@1', created_at, created_at
      from leads`
    // set the reconciler's position after the rows, which it would have reached long ago
    await transaction`
      update reconciliation set early_at = last.at, late_at = last.at from (select max(created_at) as at from leads) last`
  })
  await sql`vacuum analyze leads, insights`
}
