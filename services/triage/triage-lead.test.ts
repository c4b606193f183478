import { randomUUID } from 'node:crypto'
import { create } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { expect, test } from 'vitest'
import type { Insight } from '../../domain/insight.ts'
import { LeadReceivedSchema } from '../../gen/leadtriage/events/v1/lead_received_pb.ts'
import { TerminalError } from '../../lib/mailbox/failure.ts'
import type { Analyzer, ReceivedNote } from './analyzers/analyzer.ts'
import { triageLead } from './triage-lead.ts'

const RECEIVED_AT = new Date('2026-03-11T10:00:00Z')

/** Handles the event of a retriage. @returns what both analyzers of a cascade were given */
async function triage(createdAt: Date | undefined): Promise<ReceivedNote[]> {
  const leads: ReceivedNote[] = []
  const analyzer: Analyzer = {
    id: 'fake@1',
    analyze: async (lead) => {
      leads.push(lead)
      return { intent: 'buy', priority: 'P0', confidence: 0.5, language: 'en', tags: [], reasons: [] }
    },
  }
  const event = create(LeadReceivedSchema, {
    ...{ leadId: randomUUID(), generation: 2, note: 'by tomorrow', contentHash: 'c0' },
    ...(createdAt && { createdAt: timestampFromDate(createdAt) }),
    queuedAt: timestampFromDate(new Date('2026-06-01T10:00:00Z')),
  })
  const dependencies = {
    pipeline: { quick: { analyzer, confidenceThreshold: 0.9 }, final: analyzer },
    withTimeLimit: (signal: AbortSignal) => signal,
    store: async (insight: object) => insight as Insight,
    publish: async () => undefined,
  }
  await triageLead(dependencies, { event, header: () => undefined }, new AbortController().signal)
  return leads
}

test('analyzers get the time the lead was created, also in a retriage months later', async () => {
  const lead = { note: 'by tomorrow', receivedAt: RECEIVED_AT }
  expect(await triage(RECEIVED_AT)).toEqual([lead, lead])
})

test('an event without the time of its lead is dead-lettered at once', async () => {
  await expect(triage(undefined)).rejects.toThrow(TerminalError)
})
