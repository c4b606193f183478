import { randomUUID } from 'node:crypto'
import { fromBinary } from '@bufbuild/protobuf'
import { timestampDate } from '@bufbuild/protobuf/wkt'
import { jetstreamManager } from '@nats-io/jetstream'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { fromIntentMessage, fromNextActionMessage, fromPriorityMessage } from '../contract/insight-message.ts'
import type { VerdictChange } from '../domain/correction.ts'
import { completeVerdict } from '../domain/correction.ts'
import type { Verdict } from '../domain/insight.ts'
import { createInsight, Stage } from '../domain/insight.ts'
import { Intent, Priority } from '../domain/vocabulary.ts'
import { InsightCorrectedSchema } from '../gen/leadtriage/events/v1/insight_corrected_pb.ts'
import { InsightReadySchema } from '../gen/leadtriage/events/v1/insight_ready_pb.ts'
import type { Insight as InsightMessage, Verdict as VerdictMessage } from '../gen/leadtriage/insights/v1/insight_pb.ts'
import { Stage as StageMessage } from '../gen/leadtriage/insights/v1/insight_pb.ts'
import { ANONYMOUS } from '../lib/auth/principal.ts'
import { ensureStreams } from '../lib/jetstream/topology.ts'
import type { Sql } from '../lib/postgres/connect.ts'
import { connectPostgres } from '../lib/postgres/connect.ts'
import { correctInsight } from '../services/insights/correct-insight.ts'
import { createCorrectionEvents } from '../services/insights/corrections/correction-events.ts'
import { createCorrectionStore } from '../services/insights/corrections/correction-store.ts'
import { createInsightReader } from '../services/insights/insight-reader.ts'
import { readLeadInsights } from '../services/insights/leads/read-lead-insights.ts'
import { createInsightEvents } from '../services/triage/insight-events.ts'
import { createInsightStore } from '../services/triage/insight-store.ts'
import { captureLog } from '../testkit/captured-log.ts'
import { useNats } from '../testkit/fixtures/nats.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

/*
 * Corrections and retriages of the same leads at the same time, by the code of both services, from several connections
 * with the rights of their services.
 */

vi.setConfig({ testTimeout: 120_000 })

const stack = useStack()
const { names } = stack
const nats = useNats()
const { log } = captureLog()
const connectAs = (service: 'triage' | 'insights'): Sql => {
  const sql = connectPostgres({
    url: stack.serviceUrls[service],
    applicationName: 'corrections.test',
    maxConnections: 4,
    log,
  })
  afterAll(() => sql.end())
  return sql
}
const [triageSql, insightsSql] = [connectAs('triage'), connectAs('insights')]
beforeAll(() => ensureStreams(nats, { names, replicas: 1, keptInsights: 100_000 }))

const insights = createInsightStore(triageSql)
const readyEvents = createInsightEvents({ nats, names, ensureStreams: async () => undefined, log })
const reader = createInsightReader(insightsSql)
const lookUp = async (leadId: string) => {
  const [found] = await reader.lookUpAll([leadId])
  if (found === undefined) throw new Error('no result')
  return found
}
const corrections = createCorrectionStore(insightsSql)
const events = createCorrectionEvents({ nats, names, store: corrections, log })
afterAll(() => events.drain())

const caller = { principal: ANONYMOUS, traceparent: '' }
const correct = (leadId: string, input: object) =>
  correctInsight({ lookUp, corrections, events }, caller, leadId, input)

interface Analyzed {
  readonly generation: number
  readonly stage: Stage
  readonly intent: Intent
  readonly priority: Priority
}

async function triage(leadId: string, { generation, stage, intent, priority }: Analyzed): Promise<void> {
  const analysis = { intent, priority, confidence: 0.9, tags: [], reasons: [], language: 'en' }
  const insight = createInsight({ leadId, generation, contentHash: 'hash' }, stage, `test@${generation}`, analysis)
  const origin = { clientId: 'test', source: null, receivedAt: new Date() }
  const [stored] = await insights.upsert([{ ...insight, origin }])
  if (stored === undefined || stored instanceof Error) throw stored
  await readyEvents.publish(stored, '')
}

async function storeLead(): Promise<string> {
  const id = randomUUID()
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash)
    values (${id}, 'test', ${randomUUID()}, '\\x00', 'note', 'hash')`
  return id
}

const intents = fc.constantFrom(...Object.values(Intent))
const priorities = fc.constantFrom(...Object.values(Priority))
const stages = fc.constantFrom(Stage.Provisional, Stage.Final)
const analyzed = fc.record({
  generation: fc.integer({ min: 1, max: 4 }),
  stage: stages,
  intent: intents,
  priority: priorities,
})
const change: fc.Arbitrary<VerdictChange> = fc.oneof(
  fc.record({ intent: intents }),
  fc.record({ priority: priorities }),
  fc.record({ intent: intents, priority: priorities }),
  fc.record({ spam: fc.boolean() }),
)
type Step = { readonly lead: number } & ({ readonly triage: Analyzed } | { readonly change: VerdictChange })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ lead: fc.nat(1), triage: analyzed }),
  fc.record({ lead: fc.nat(1), change }),
)

/** What a consumer of the stream knows about a lead, by the rule of docs/protocols.md. */
interface Known {
  ready?: InsightMessage
  corrected?: { readonly at: Date; readonly verdict: VerdictMessage }
  readonly correctionIds: Set<string>
}

async function readEvents(leadId: string): Promise<Known> {
  const known: Known = { correctionIds: new Set() }
  const keepLatest = (at: Date, verdict: VerdictMessage | undefined) => {
    if (verdict !== undefined && !(known.corrected && known.corrected.at >= at)) known.corrected = { at, verdict }
  }
  for (const data of await messagesOf(names.insightReady(leadId))) {
    const { insight } = fromBinary(InsightReadySchema, data)
    if (insight === undefined) throw new Error('an event without an insight')
    if (known.ready === undefined || rank(insight) > rank(known.ready)) known.ready = insight
    if (insight.correctedAt) {
      const { intent, priority, nextAction } = insight
      keepLatest(timestampDate(insight.correctedAt), { intent, priority, nextAction } as VerdictMessage)
    }
  }
  for (const data of await messagesOf(names.insightCorrected(leadId))) {
    const event = fromBinary(InsightCorrectedSchema, data)
    known.correctionIds.add(event.correctionId)
    if (event.createdAt) keepLatest(timestampDate(event.createdAt), event.verdict)
  }
  return known
}

/** Of the analyzer's verdicts, the one of the higher generation counts, and of these the final one. */
function rank({ generation, stage }: { generation: number; stage: Stage | StageMessage }): number {
  return generation * 2 + (stage === Stage.Final || stage === StageMessage.FINAL ? 1 : 0)
}

async function messagesOf(subject: string): Promise<Uint8Array[]> {
  const manager = await jetstreamManager(await nats.first())
  const { state } = await manager.streams.info(names.insightsStream, { subjects_filter: subject })
  const found: Uint8Array[] = []
  for (let seq = state.first_seq; found.length < (state.subjects?.[subject] ?? 0); ) {
    const message = await manager.streams.getMessage(names.insightsStream, { seq, next_by_subj: subject } as never)
    if (!message) break
    found.push(message.data)
    seq = message.seq + 1
  }
  return found
}

const verdictOf = ({ intent, priority, nextAction }: Verdict): Verdict => ({ intent, priority, nextAction })
const fromMessage = (message: VerdictMessage | undefined) =>
  message && {
    intent: fromIntentMessage(message.intent),
    priority: fromPriorityMessage(message.priority),
    nextAction: fromNextActionMessage(message.nextAction),
  }

test('whatever races, the latest verdict of a person counts in every read and event, the newest of the analyzer is kept, and no correction is lost', async () => {
  const run = async (first: Analyzed, steps: Step[], lanes: number) => {
    const leads = [await storeLead(), await storeLead()]
    await Promise.all(leads.map((id) => triage(id, first)))
    const queue = [...steps]
    const changes = new Map<string, VerdictChange>() // by correction id
    const lane = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const leadId = leads[next.lead] ?? ''
        if ('triage' in next) await triage(leadId, next.triage)
        else changes.set((await correct(leadId, next.change)).correction.id, next.change)
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    await events.drain()
    for (const [i, leadId] of leads.entries()) {
      await check(
        leadId,
        [first, ...steps.flatMap((each) => (each.lead === i && 'triage' in each ? [each.triage] : []))],
        steps.filter((each) => each.lead === i && 'change' in each).length,
        changes,
      )
    }
  }
  await fc.assert(
    fc.asyncProperty(analyzed, fc.array(step, { minLength: 4, maxLength: 24 }), fc.integer({ min: 2, max: 6 }), run),
    { numRuns: 40, endOnFailure: true },
  )
})

async function check(
  leadId: string,
  analyses: readonly Analyzed[],
  expectedCorrections: number,
  changes: ReadonlyMap<string, VerdictChange>,
): Promise<void> {
  const rows = await insightsSql<
    { id: string; created_at: Date; verdict: Verdict; based_on: Verdict; is_published: boolean }[]
  >`
    select id, created_at, published_at is not null as is_published,
           jsonb_build_object('intent', intent, 'priority', priority, 'nextAction', next_action) as verdict,
           jsonb_build_object(
             'intent', analyzer_intent, 'priority', analyzer_priority, 'nextAction', analyzer_next_action
           ) as based_on
    from corrections where lead_id = ${leadId} order by created_at`
  expect(rows).toHaveLength(expectedCorrections)
  expect(new Set(rows.map((row) => row.created_at.getTime())).size).toBe(rows.length)
  expect(rows.every((row) => row.is_published)).toBe(true)
  // each correction was made on what the one before had left
  for (const [i, row] of rows.entries()) {
    const current = rows[i - 1]?.verdict ?? row.based_on
    expect(row.verdict).toEqual(completeVerdict(current, changes.get(row.id) ?? {}))
  }

  const newest = Math.max(...analyses.map(rank))
  const { insight } = await lookUp(leadId)
  if (insight === undefined) throw new Error('the insight is missing')
  expect(rank(insight)).toBe(newest)
  expect(analyses.filter((each) => rank(each) === newest)).toContainEqual(
    expect.objectContaining(analyzerPart(insight.corrected?.analyzerVerdict ?? insight)),
  )
  const last = rows.at(-1)
  if (last !== undefined) expect(verdictOf(insight)).toEqual(last.verdict)
  expect(insight.corrected?.at).toEqual(last?.created_at)

  const [inList] = await readLeadInsights(insightsSql, [leadId])
  expect(inList?.insight).toEqual(insight)
  const [row] = await stack.sql`
    select effective_intent as intent, effective_priority as priority, effective_next_action as "nextAction"
    from insights where lead_id = ${leadId}`
  expect(row).toEqual(verdictOf(insight))

  const known = await readEvents(leadId)
  expect(known.ready && rank(known.ready)).toBe(newest)
  expect(fromMessage(known.corrected?.verdict)).toEqual(last?.verdict)
  expect([...known.correctionIds].sort()).toEqual(rows.map(({ id }) => id).sort())
}

const analyzerPart = ({ intent, priority }: Verdict) => ({ intent, priority })
