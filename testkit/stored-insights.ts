import { randomUUID } from 'node:crypto'
import type postgres from 'postgres'

/** Writes leads and insights as intake and triage would, for tests that need the rows only. */
export interface StoredInsights {
  /** Stores a lead with its insight. Returns its id. */
  add(insight?: object, lead?: object, sql?: postgres.Sql): Promise<string>
  /** Stores many leads with insights in one transaction. Returns their ids, in the order of their notes. */
  addMany(count: number, note?: string): Promise<string[]>
  /** Replaces columns of an insight. */
  change(leadId: string, columns: object, sql?: postgres.Sql): Promise<void>
}

export function storedInsights(owner: postgres.Sql): StoredInsights {
  return {
    add: async (insight = {}, lead = {}, sql = owner) => {
      const { id = randomUUID() } = lead as { id?: string }
      const storedLead = {
        ...{ id, client_id: 'website', idempotency_key: randomUUID(), request_hash: Buffer.from([0]), note: 'note' },
        ...{ content_hash: 'hash', ...lead },
      }
      await sql`insert into leads ${sql(storedLead)}`
      const stored = {
        ...{ lead_id: id, id: randomUUID(), generation: 1, stage: 'final', content_hash: 'hash', intent: 'buy' },
        ...{ priority: 'P1', next_action: 'email', confidence: 0.5, tags: ['a'], reasons: [], language: 'en' },
        ...{ analyzer: 'test@1', ...insight },
      }
      await sql`insert into insights ${sql(stored)}` // a trigger copies client, source and time of the lead
      return id
    },
    addMany: async (count, note = '') => {
      const rows = await owner<{ id: string }[]>`
        with stored as (
          insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash)
          select gen_random_uuid(), 'website', gen_random_uuid(), '\\x00', n || ${note}::text, 'hash'
          from generate_series(1, ${count}) n
          returning id, note, client_id, created_at
        ), analyzed as (
          insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence,
                                tags, reasons, language, analyzer, client_id, received_at)
          select id, id, 1, 'final', 'hash', 'buy', 'P1', 'email', 0.5, '{a}', '[]', 'en', 'test@1', client_id,
                 created_at
          from stored
        )
        select id from stored order by length(note), note`
      return rows.map(({ id }) => id)
    },
    change: async (leadId, columns, sql = owner) => {
      await sql`
        update insights set ${sql(columns as Record<string, string>)}, changed_in = pg_current_xact_id()
        where lead_id = ${leadId}`
    },
  }
}
