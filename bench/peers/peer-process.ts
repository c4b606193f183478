import type { Sql, TransactionSql } from 'postgres'
import postgres from 'postgres'
import type { LeadRow } from '../../services/intake/lead-store.ts'
import { reportReady } from '../../testkit/processes/node-program.ts'

/*
 * The process of a peer. Peers use the product's own tables, with one statement and one commit for each lead and for each
 * insight, as applications on these queues are usually written.
 */

export interface StoredLead {
  readonly id: string
  readonly created: boolean
  /** SHA-256 in hex. */
  readonly requestHash: string
  readonly createdAt: Date
}

/** The payload of a job. It contains the note, so that a worker does not have to read the lead. */
export interface LeadJobData {
  readonly leadId: string
  readonly note: string
  readonly contentHash: string
}

/** Stores a lead and enqueues it. */
export type AcceptLead = (row: LeadRow) => Promise<StoredLead>
/** Analyzes the note of a lead and stores the insight. */
export type TriageLead = (job: LeadJobData) => Promise<void>

/** The two processes of a peer. */
export interface PeerProgram {
  /** Connects to the queue. */
  startApi(sql: Sql): Promise<AcceptLead>
  /** Starts to take leads from the queue. */
  startWorker(sql: Sql, triage: TriageLead): Promise<void>
}

const CONNECTIONS = 20

/** Runs the process that `PEER_PROCESS` selects. Neither process loads the libraries of the other. */
export async function runPeerProcess({ startApi, startWorker }: PeerProgram): Promise<void> {
  const sql = postgres(databaseUrl(), { max: CONNECTIONS, onnotice: () => undefined })
  if (process.env.PEER_PROCESS === 'api') {
    const { serveLeads } = await import('./leads-api.ts')
    await serveLeads(await startApi(sql))
  } else {
    await startWorker(sql, await createTriage(sql))
    reportReady()
  }
}

export function databaseUrl(): string {
  return process.env.DATABASE_URL ?? ''
}

export function jobOf({ id, contentHash, lead }: LeadRow): LeadJobData {
  return { leadId: id, note: lead.note, contentHash }
}

export async function storeLead(sql: Sql | TransactionSql, row: LeadRow): Promise<StoredLead> {
  const { id, clientId, idempotencyKey, requestHash, contentHash, lead } = row
  const [inserted] = await sql<{ created_at: Date }[]>`
    insert into leads (id, client_id, idempotency_key, request_hash, content_hash, email, phone, name, note, source)
    values (${id}, ${clientId}, ${idempotencyKey}, decode(${requestHash}, 'hex'), ${contentHash}, ${lead.email},
            ${lead.phone}, ${lead.name}, ${lead.note}, ${lead.source})
    on conflict (client_id, idempotency_key) do nothing
    returning created_at`
  if (inserted) return { id, created: true, requestHash, createdAt: inserted.created_at }
  const [existing] = await sql<{ id: string; hash: string; created_at: Date }[]>`
    select id, encode(request_hash, 'hex') as hash, created_at from leads
    where client_id = ${clientId} and idempotency_key = ${idempotencyKey}`
  if (existing === undefined) throw new Error('the lead with the same idempotency key was deleted')
  return { id: existing.id, created: false, requestHash: existing.hash, createdAt: existing.created_at }
}

async function createTriage(sql: Sql): Promise<TriageLead> {
  const [{ createInsight, Stage }, { createRuleAnalyzer }] = await Promise.all([
    import('../../domain/insight.ts'),
    import('../../services/triage/analyzers/rules/rule-analyzer.ts'),
  ])
  const analyzer = createRuleAnalyzer()
  const neverAborted = new AbortController().signal
  return async ({ leadId, note, contentHash }) => {
    const analysis = await analyzer.analyze({ note, receivedAt: new Date() }, neverAborted)
    const insight = createInsight({ leadId, generation: 1, contentHash }, Stage.Final, analyzer.id, analysis)
    await sql`
      insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence,
                            tags, reasons, language, analyzer)
      values (${leadId}, ${insight.id}, 1, ${insight.stage}, ${contentHash}, ${insight.intent}, ${insight.priority},
              ${insight.nextAction}, ${insight.confidence}, ${[...insight.tags]},
              ${JSON.stringify(insight.reasons)}::text::jsonb, ${insight.language}, ${insight.analyzer})
      on conflict (lead_id) do nothing`
  }
}
