import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { v7 as uuidv7 } from 'uuid'
import { contentHash, requestHash } from '../../../domain/lead.ts'
import { createLog } from '../../../lib/log/log.ts'
import { connectPostgres } from '../../../lib/postgres/connect.ts'
import type { LeadRow } from '../../../services/intake/lead-store.ts'
import { createLeadStore } from '../../../services/intake/lead-store.ts'
import type { LoadJob, Sender } from '../job.ts'
import { inTurn, readLeads } from '../leads.ts'

const BATCH_SIZE = 200

/** One lead per statement and commit. */
export function createSingleInsertSender({ url, concurrency }: LoadJob): Sender {
  const sql = postgres(url, { max: concurrency, onnotice: () => undefined })
  const nextRow = rowsInTurn()
  return {
    send: async () => {
      const { id, clientId, idempotencyKey, requestHash: hash, contentHash: noteHash, lead } = nextRow()
      await sql`
        insert into leads (id, client_id, idempotency_key, request_hash, content_hash, email, phone, name, note, source)
        values (${id}, ${clientId}, ${idempotencyKey}, decode(${hash}, 'hex'), ${noteHash}, ${lead.email}, ${lead.phone},
                ${lead.name}, ${lead.note}, ${lead.source})
        on conflict (client_id, idempotency_key) do nothing
        returning created_at`
      return { items: 1 }
    },
  }
}

/** {@link BATCH_SIZE} leads per statement, with the statement of intake. */
export function createBatchedInsertSender({ url, concurrency }: LoadJob): Sender {
  const log = createLog('bench', 'warn')
  const sql = connectPostgres({ url, applicationName: 'bench', maxConnections: concurrency, log })
  const store = createLeadStore(sql)
  const nextRow = rowsInTurn()
  return {
    send: async () => ({ items: (await store.insert(Array.from({ length: BATCH_SIZE }, nextRow))).length }),
  }
}

/** Returns rows with a fresh id and key each; hashes are computed once. */
function rowsInTurn(): () => LeadRow {
  const next = inTurn(
    readLeads().map((lead) => ({
      clientId: 'bench',
      requestHash: requestHash(lead),
      contentHash: contentHash(lead.note),
      lead,
    })),
  )
  return () => ({ id: uuidv7(), idempotencyKey: randomUUID(), ...next() })
}
