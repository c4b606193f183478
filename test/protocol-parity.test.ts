import { randomUUID } from 'node:crypto'
import type { MessageInitShape } from '@bufbuild/protobuf'
import { durationFromMs } from '@bufbuild/protobuf/wkt'
import type { Client, Transport } from '@connectrpc/connect'
import { Code, createClient } from '@connectrpc/connect'
import { beforeAll, describe, expect, test } from 'vitest'
import type { CorrectInsightRequest } from '../gen/leadtriage/insights/v1/correction_pb.ts'
import { Intent, NextAction, Priority } from '../gen/leadtriage/insights/v1/insight_pb.ts'
import type { InsightOrder } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { InsightsService } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { LeadState } from '../gen/leadtriage/insights/v1/lead_insight_pb.ts'
import type { CreateLeadRequestSchema } from '../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { BatchCreateLeadsOutcome, IntakeService } from '../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { DeadLetterReason, DeadLetterState, TriageService } from '../gen/leadtriage/triage/v1/triage_service_pb.ts'
import { importAll, toNdjson } from '../testkit/clients/imports.ts'
import { bodyOf, post } from '../testkit/clients/rest.ts'
import { failureOf, TRANSPORTS } from '../testkit/clients/rpc.ts'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import type { Outcome } from './fixtures/outcomes.ts'
import { expectSameOutcome, invalid, OK, restOutcome, rpcOutcome } from './fixtures/outcomes.ts'

const stack = useStack()
const start = useServices(stack)
let intake: ServiceProcess
let insights: ServiceProcess
let triage: ServiceProcess
let ids: { failed: string; parked: string; triaged: string }

beforeAll(async () => {
  ;[intake, insights, triage] = await Promise.all([start('intake'), start('insights'), start('triage')])
  ids = { failed: await writeLead(), parked: await writeLead(), triaged: await writeLead() }
  await stack.sql`
    insert into dead_letters (lead_id, generation, reason, error, attempts, retry_at) values
      (${ids.failed}, 1, 'failed', 'x', 5, null), (${ids.parked}, 1, 'parked', 'x', 5, '2100-01-01')`
  await stack.sql`
    insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence, tags,
                          reasons, language, analyzer)
    values (${ids.triaged}, gen_random_uuid(), 1, 'final', 'hash', 'buy', 'P1', 'email', 0.9, '{}', '[]', 'en', 'test@1')`
})

/** Writes a lead that the reconciler does not publish, because it gets a dead letter. */
async function writeLead(): Promise<string> {
  const id = randomUUID()
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash)
    values (${id}, 'test', ${randomUUID()}, '\\x00', 'note', 'hash')`
  return id
}

interface Clients {
  readonly intake: Client<typeof IntakeService>
  readonly insights: Client<typeof InsightsService>
  readonly triage: Client<typeof TriageService>
}

function clientsOver(transport: (baseUrl: string) => Transport): Clients {
  return {
    intake: createClient(IntakeService, transport(intake.url)),
    insights: createClient(InsightsService, transport(insights.url)),
    triage: createClient(TriageService, transport(triage.url)),
  }
}

/** Expects the same outcome of a call over REST and over every RPC protocol. */
const expectParity = (
  expected: Partial<Outcome>,
  rest: () => Promise<Response>,
  rpc: (clients: Clients) => Promise<unknown>,
) => expectSameOutcome(expected, rest, (transport) => rpc(clientsOver(transport)))

const EMOJI = '\u{1f600}'
type NewLead = NonNullable<MessageInitShape<typeof CreateLeadRequestSchema>['lead']>

describe('a lead is stored, or rejected for the same invalid fields, over every protocol:', () => {
  const postLead = (lead: unknown, key: string) =>
    fetch(`${intake.url}/leads`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(lead),
    })

  test.each<[what: string, lead: NewLead, expected: Partial<Outcome>]>([
    ['a note alone', { note: 'A quote, please.' }, {}],
    ['every field', { note: 'Hi', email: 'a@example.com', phone: '+49 30 1234', name: 'Ä', source: 'web' }, {}],
    ['empty fields', { note: 'Hi', phone: '', name: '', source: '' }, {}],
    ['an empty email', { note: 'Hi', email: '' }, invalid('email')],
    ['no note', {}, invalid('note')],
    ['an empty note', { note: '' }, invalid('note')],
    ['a note of white space', { note: ' \n\t\u2003' }, invalid('note')],
    ['a note of invisible characters', { note: '\u200b\u2060\u00ad\ufeff\u180e\ufe0f' }, invalid('note')],
    ['a note of one emoji with ZWJ', { note: '\u{1f469}\u200d\u{1f4bb}' }, {}],
    ['a note that begins with a byte order mark', { note: '\ufeffHi' }, {}],
    ['a note with U+0000', { note: 'a\u0000b' }, invalid('note')],
    ['the longest note, in emoji', { note: EMOJI.repeat(20_000) }, {}],
    ['a note longer by one emoji', { note: EMOJI.repeat(20_001) }, invalid('note')],
    ['the longest note, in combining characters', { note: 'e\u0301'.repeat(10_000) }, {}],
    ['a note longer by one combining character', { note: `${'e\u0301'.repeat(10_000)}\u0301` }, invalid('note')],
    [
      'every field of maximum length, in emoji',
      { note: 'Hi', phone: EMOJI.repeat(64), name: EMOJI.repeat(200), source: EMOJI.repeat(100) },
      {},
    ],
    [
      'every field longer by one emoji',
      { note: 'Hi', phone: EMOJI.repeat(65), name: EMOJI.repeat(201), source: EMOJI.repeat(101) },
      invalid('name', 'phone', 'source'),
    ],
    ['several invalid fields', { note: '', email: 'no-at-sign' }, invalid('email', 'note')],
  ])('%s', async (_what, lead, expected) => {
    await expectParity(
      expected,
      () => postLead(lead, randomUUID()),
      (clients) => clients.intake.createLead({ idempotencyKey: randomUUID(), lead }),
    )
  })

  test.each([
    ['no key', '', invalid('idempotency_key')],
    ['a key that is not a UUID', 'abc', invalid('idempotency_key')],
    ['a key in capitals', randomUUID().toUpperCase(), {}],
  ])('%s', async (_what, idempotencyKey, expected) => {
    const lead = { note: 'Hi' }
    await expectParity(
      expected,
      () => postLead(lead, idempotencyKey),
      (clients) => clients.intake.createLead({ idempotencyKey, lead }),
    )
  })

  test.each([
    ['a key in the header', [randomUUID()], {}],
    ['a quoted key in the header', [`"${randomUUID()}"`], {}],
    ['a key in the header that is not a UUID', ['abc'], invalid('idempotency_key')],
    ['two keys in the header', [randomUUID(), randomUUID()], invalid('idempotency_key')],
  ])('%s', async (_what, keys, expected) => {
    const headers = new Headers(keys.map((key) => ['idempotency-key', key]))
    const lead = { note: 'Hi' }
    await expectParity(
      expected,
      () => {
        const restHeaders = new Headers([...headers, ['content-type', 'application/json']])
        return fetch(`${intake.url}/leads`, { method: 'POST', headers: restHeaders, body: JSON.stringify(lead) })
      },
      (clients) => clients.intake.createLead({ lead }, { headers }),
    )
  })

  test('a key that was already used with another lead', async () => {
    const idempotencyKey = randomUUID()
    await postLead({ note: 'the first' }, idempotencyKey)
    await expectParity(
      { code: 'idempotency_conflict' },
      () => postLead({ note: 'another' }, idempotencyKey),
      (clients) => clients.intake.createLead({ idempotencyKey, lead: { note: 'another' } }),
    )
  })

  test('rows of an import', async () => {
    const notes = [EMOJI.repeat(20_000), EMOJI.repeat(20_001), '\u200b\u00ad', '\u{1f469}\u200d\u{1f4bb}']
    const rows = notes.map((note) => ({ idempotency_key: randomUUID(), note }))
    const { faults, last } = await importAll(intake.url, toNdjson(rows))
    expect(faults.map(({ row, errors }) => [row, errors.map(({ path }) => path)])).toEqual([
      [2, ['note']],
      [3, ['note']],
    ])
    expect(last).toMatchObject({ done: { created: 2, invalid: 2 } })
  })

  test('the longest note with every character escaped', async () => {
    const escaped = `{"note":"${'\\ud83d\\ude00'.repeat(20_000)}"}`
    const headers = { 'content-type': 'application/json' }
    const rest = await fetch(`${intake.url}/leads`, {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': randomUUID() },
      body: escaped,
    })
    const connect = await fetch(`${intake.url}/leadtriage.intake.v1.IntakeService/CreateLead`, {
      method: 'POST',
      headers,
      body: `{"idempotencyKey":"${randomUUID()}","lead":${escaped}}`,
    })
    expect([rest.status, connect.status]).toEqual([201, 200])
    expect(await bodyOf(connect)).toMatchObject({ lead: { note: EMOJI.repeat(20_000) } })
  })
})

test('a message that is too large is rejected over every protocol, and a batch just below the limit is not', async () => {
  // notes that are too long, so that nothing is stored
  const request = { idempotencyKey: randomUUID(), lead: { note: 'x'.repeat(1024 * 1024) } }
  const large = Array.from({ length: 8 }, () => request)
  expect(await restOutcome(post(`${intake.url}/leads`, { note: 'x'.repeat(256 * 1024) }))).toMatchObject({
    code: 'payload_too_large',
  })
  for (const [name, transport] of TRANSPORTS) {
    const { intake: client } = clientsOver(transport)
    const outcomeOf = (requests: typeof large) => rpcOutcome(client.batchCreateLeads({ requests }))
    expect({ [name]: await outcomeOf(large) }).toEqual({ [name]: { ...OK, code: 'payload_too_large' } })
    expect({ [name]: await outcomeOf(large.slice(1)) }).toEqual({ [name]: OK })
  }
})

describe('reading a lead has the same outcome over every protocol:', () => {
  test.each([
    ['that exists', () => ids.parked, {}],
    ['by its id in capitals', () => ids.parked.toUpperCase(), {}],
    ['that does not exist', () => randomUUID(), { code: 'lead_not_found' }],
    ['by an invalid UUID', () => '7', invalid('lead_id')],
  ])('one %s', async (_what, id, expected) => {
    const leadId = id()
    await expectParity(
      expected,
      () => fetch(`${intake.url}/leads/${leadId}`),
      (clients) => clients.intake.getLead({ leadId }),
    )
  })
})

describe('reading an insight has the same outcome over every protocol:', () => {
  test.each([
    ['of a parked lead', () => ids.parked, 0, { code: 'insight_pending', retry: true }],
    ['of a parked lead, with a wait', () => ids.parked, 50, { code: 'insight_pending', retry: true }],
    [
      'of a parked lead, with a wait of a fraction of a millisecond',
      () => ids.parked,
      50.5,
      { code: 'insight_pending', retry: true },
    ],
    ['of a dead letter', () => ids.failed, 60_000, { code: 'insight_failed' }],
    ['of a lead that does not exist', () => randomUUID(), 60_000, { code: 'lead_not_found' }],
    ['by an invalid UUID', () => '7', 0, invalid('lead_id')],
    ['with a wait that is too long', () => ids.parked, 60_001, invalid('wait')],
    ['with several invalid fields', () => '7', 3_600_000, invalid('lead_id', 'wait')],
  ])('one %s', async (_what, id, waitMs, expected) => {
    const leadId = id()
    await expectParity(
      expected,
      () => fetch(`${insights.url}/leads/${leadId}/insight?wait=${waitMs}ms`),
      (clients) => clients.insights.getInsight({ leadId, wait: durationFromMs(waitMs) }),
    )
  })
})

test.each([
  ['that is parked', () => ids.parked, {}],
  ['that has an insight', () => ids.triaged, {}],
  ['that does not exist', () => randomUUID(), { code: 'lead_not_found' }],
  ['by an invalid UUID', () => '7', invalid('lead_id')],
])('the overview of a lead %s has the same outcome over every protocol', async (_what, id, expected) => {
  const leadId = id()
  await expectParity(
    expected,
    () => fetch(`${insights.url}/leads/${leadId}/overview`),
    (clients) => clients.insights.getLeadOverview({ leadId }),
  )
})

describe('correcting an insight has the same outcome over every protocol:', () => {
  type Fields = Partial<Omit<CorrectInsightRequest, 'leadId' | '$typeName' | '$unknown'>>
  const longComment = EMOJI.repeat(2_000)

  test.each<[what: string, id: () => string, body: object, fields: Fields, expected: Partial<Outcome>]>([
    ['by its intent', () => ids.triaged, { intent: 'support' }, { intent: Intent.SUPPORT }, {}],
    [
      'completely, with the longest comment, in emoji',
      () => ids.triaged,
      { intent: 'buy', priority: 'P1', next_action: 'call', comment: longComment },
      { intent: Intent.BUY, priority: Priority.P1, nextAction: NextAction.CALL, comment: longComment },
      {},
    ],
    ['as spam', () => ids.triaged, { spam: true }, { spam: true }, {}],
    ['as no spam', () => ids.triaged, { spam: false }, { spam: false }, {}],
    ['by nothing', () => ids.triaged, {}, {}, invalid('')],
    ['by a comment alone', () => ids.triaged, { comment: 'x' }, { comment: 'x' }, invalid('')],
    [
      'by a comment that is too long',
      () => ids.triaged,
      { spam: true, comment: `${longComment}x` },
      { spam: true, comment: `${longComment}x` },
      invalid('comment'),
    ],
    [
      'as spam with an intent',
      () => ids.triaged,
      { spam: true, intent: 'buy' },
      { spam: true, intent: Intent.BUY },
      invalid('spam'),
    ],
    [
      'as no spam with the intent spam',
      () => ids.triaged,
      { spam: false, intent: 'spam' },
      { spam: false, intent: Intent.SPAM },
      invalid('spam'),
    ],
    [
      'by several invalid fields',
      () => '7',
      { intent: 'win', priority: 'P9', next_action: 'shout', request_id: '7' },
      { intent: 99 as Intent, priority: 99 as Priority, nextAction: 99 as NextAction, requestId: '7' },
      invalid('intent', 'lead_id', 'next_action', 'priority', 'request_id'),
    ],
    ['of a parked lead', () => ids.parked, { spam: true }, { spam: true }, { code: 'insight_pending', retry: true }],
    ['of a dead letter', () => ids.failed, { spam: true }, { spam: true }, { code: 'insight_failed' }],
    ['of a lead that does not exist', randomUUID, { spam: true }, { spam: true }, { code: 'lead_not_found' }],
  ])('%s', async (_what, id, body, fields, expected) => {
    const leadId = id()
    await expectParity(
      expected,
      () => post(`${insights.url}/leads/${leadId}/corrections`, body),
      (clients) => clients.insights.correctInsight({ ...fields, leadId }),
    )
  })

  test.each([
    ['all', '', {}, {}],
    ['with a negative page size', 'page_size=-1', { pageSize: -1 }, invalid('page_size')],
    ['with an invalid page token', 'page_token=abc', { pageToken: 'abc' }, invalid('page_token')],
  ])('listed: %s', async (_what, query, request, expected) => {
    await expectParity(
      expected,
      () => fetch(`${insights.url}/corrections?${query}`),
      (clients) => clients.insights.listCorrections(request),
    )
  })

  test('with a request id that was used for another correction, and by a repetition', async () => {
    const [leadId, requestId] = [ids.triaged, randomUUID()]
    const correct = (body: object) => post(`${insights.url}/leads/${leadId}/corrections`, body)
    expect((await correct({ priority: 'P1', request_id: requestId })).status).toBe(201)
    await expectParity(
      {},
      () => correct({ priority: 'P1', request_id: requestId }),
      (clients) => clients.insights.correctInsight({ leadId, priority: Priority.P1, requestId }),
    )
    await expectParity(
      { code: 'idempotency_conflict' },
      () => correct({ priority: 'P2', request_id: requestId }),
      (clients) => clients.insights.correctInsight({ leadId, priority: Priority.P2, requestId }),
    )
    expect(await stack.sql`select from corrections where request_id = ${requestId}`).toHaveLength(1)
  })
})

test.each([
  [
    'Connect',
    { 'connect-timeout-ms': '200', 'content-type': 'application/json' },
    (id: string) => `{"leadId":"${id}","wait":"60s"}`,
  ],
  [
    'gRPC-Web',
    { 'grpc-timeout': '200m', 'content-type': 'application/grpc-web+json' },
    (id: string) => `\0\0\0\0\x3e{"leadId":"${id}","wait":"60s"}`,
  ],
])(
  'the server itself returns deadline_exceeded when the deadline is before the end of the wait: %s',
  async (_name, headers, body) => {
    const response = await fetch(`${insights.url}/leadtriage.insights.v1.InsightsService/GetInsight`, {
      method: 'POST',
      headers,
      body: body(ids.parked),
    })
    expect(await response.text()).toMatch(/"code":"deadline_exceeded"|grpc-status: 4\r\n/)
  },
)

describe('listing insights has the same outcome over every protocol:', () => {
  test.each<[string, string, Parameters<Clients['insights']['listInsights']>[0], Partial<Outcome>]>([
    ['of two priorities', 'priority=P0&priority=P1', { filter: { priorities: [1, 2] } }, {}],
    ['all', '', {}, {}],
    ['a few', 'priority=P0&text=note&count=true', { filter: { priorities: [1], text: 'note' }, count: true }, {}],
    ['in an unknown order', 'order=best', { order: 99 as InsightOrder }, invalid('order')],
    ['with a negative page size', 'page_size=-1', { pageSize: -1 }, invalid('page_size')],
    ['with an invalid page token', 'page_token=abc', { pageToken: 'abc' }, invalid('page_token')],
  ])('%s', async (_what, query, request, expected) => {
    await expectParity(
      expected,
      () => fetch(`${insights.url}/insights?${query}`),
      (clients) => clients.insights.listInsights(request),
    )
  })

  test('a row has the same lead, state and reason', async () => {
    const rest = await bodyOf<{ insights: { lead: { id: string }; state: string; dead_letter_reason: string }[] }>(
      fetch(`${insights.url}/insights?state=dead_lettered`),
    )
    const row = rest.insights.find(({ lead }) => lead.id === ids.failed)
    expect(row).toMatchObject({ state: 'dead_lettered', dead_letter_reason: 'failed', lead: { note: 'note' } })
    for (const [name, transport] of TRANSPORTS) {
      const page = await clientsOver(transport).insights.listInsights({ filter: { states: [LeadState.DEAD_LETTERED] } })
      const message = page.insights.find(({ lead }) => lead?.id === ids.failed)
      expect({ [name]: message }).toMatchObject({
        [name]: { state: LeadState.DEAD_LETTERED, deadLetterReason: 'failed', lead: { note: 'note' } },
      })
    }
  })
})

describe('listing, reading and redriving dead letters has the same outcome over every protocol:', () => {
  test.each<[string, string, Parameters<Clients['triage']['listDeadLetters']>[0], Partial<Outcome>]>([
    ['all', 'state=all', { state: DeadLetterState.ALL }, {}],
    ['of a reason', 'reason=failed', { reason: DeadLetterReason.FAILED }, {}],
    ['of an unknown reason', 'reason=tired', { reason: 99 as DeadLetterReason }, invalid('reason')],
    ['with a negative page size', 'page_size=-1', { pageSize: -1 }, invalid('page_size')],
    ['with an invalid page token', 'page_token=abc', { pageToken: 'abc' }, invalid('page_token')],
  ])('those %s', async (_what, query, request, expected) => {
    await expectParity(
      expected,
      () => fetch(`${triage.url}/dead-letters?${query}`),
      (clients) => clients.triage.listDeadLetters(request),
    )
  })

  test('one that exists, one that does not, and an invalid id', async () => {
    for (const [leadId, expected] of [
      [ids.failed, {}],
      [randomUUID(), { code: 'dead_letter_not_found' }],
      ['7', invalid('lead_id')],
    ] as const) {
      await expectParity(
        expected,
        () => fetch(`${triage.url}/dead-letters/${leadId}`),
        (clients) => clients.triage.getDeadLetter({ leadId }),
      )
    }
  })

  test('a redrive and a retriage with and without a valid selection', async () => {
    const dryRun = true
    for (const [body, request, expected] of [
      [{}, {}, invalid('')],
      [{ all: true, lead_ids: [ids.failed] }, { all: true, leadIds: [ids.failed] }, invalid('')],
      [{ lead_ids: ['7'] }, { leadIds: ['7'] }, invalid('lead_ids[0]')],
      [{ all: true, dry_run: true }, { all: true, dryRun }, {}],
    ] as const) {
      await expectParity(
        expected,
        () => post(`${triage.url}/dead-letters:redrive`, body),
        (clients) => clients.triage.redriveDeadLetters({ ...request, leadIds: [...(request.leadIds ?? [])] }),
      )
      await expectParity(
        expected,
        () => post(`${intake.url}/leads:retriage`, body),
        (clients) => clients.intake.retriageLeads({ ...request, leadIds: [...(request.leadIds ?? [])] }),
      )
    }
  })

  test('more ids than a request may have', async () => {
    const leadIds = Array.from({ length: 1_001 }, () => randomUUID())
    await expectParity(
      invalid('lead_ids'),
      () => post(`${triage.url}/dead-letters:redrive`, { lead_ids: leadIds }),
      (clients) => clients.triage.redriveDeadLetters({ leadIds }),
    )
  })
})

describe('erasing leads has the same outcome over every protocol:', () => {
  test.each([
    ['one that exists', writeLead, {}],
    ['one that does not exist', async () => randomUUID(), { code: 'lead_not_found' }],
    ['one by an invalid UUID', async () => '7', invalid('lead_id')],
  ])('%s, and again', async (_what, write, expected) => {
    const leadId = await write()
    await expectParity(
      expected,
      () => fetch(`${intake.url}/leads/${leadId}`, { method: 'DELETE' }),
      (clients) => clients.intake.deleteLead({ leadId }),
    )
  })

  test.each<[what: string, subject: { email?: string; phone?: string }, expected: Partial<Outcome>]>([
    ['an email address', { email: 'a@example.com' }, {}],
    ['a phone number', { phone: '+49 30 1234' }, {}],
    ['both', { email: 'a@example.com', phone: '+49 30 1234' }, invalid('')],
    ['neither', {}, invalid('')],
    ['an empty email address', { email: '' }, invalid('')],
    ['an email address that is too long', { email: EMOJI.repeat(255) }, invalid('email')],
    ['a phone number without digits', { phone: 'none' }, invalid('phone')],
    ['a phone number of zeros', { phone: '00' }, invalid('phone')],
    ['U+0000', { email: 'a\u0000' }, invalid('email')],
  ])('all of a person, by %s', async (_what, subject, expected) => {
    await expectParity(
      expected,
      () => post(`${intake.url}/leads:erase-subject`, { ...subject, dry_run: true }),
      (clients) => clients.intake.eraseSubject({ ...subject, dryRun: true }),
    )
  })

  test('a retry of the request that stored it is rejected, whatever lead it has', async () => {
    const idempotencyKey = randomUUID()
    const postLead = (note: string) => post(`${intake.url}/leads`, { note }, { 'idempotency-key': idempotencyKey })
    const { id } = await bodyOf<{ id: string }>(postLead('first'))
    expect((await fetch(`${intake.url}/leads/${id}`, { method: 'DELETE' })).status).toBe(204)
    for (const note of ['first', 'another']) {
      await expectParity(
        { code: 'lead_erased' },
        () => postLead(note),
        (clients) => clients.intake.createLead({ idempotencyKey, lead: { note } }),
      )
    }
    expect((await postLead('first')).status).toBe(410)
    for (const [name, transport] of TRANSPORTS) {
      const call = clientsOver(transport).intake.createLead({ idempotencyKey, lead: { note: 'first' } })
      expect([name, (await failureOf(call)).code]).toEqual([name, Code.FailedPrecondition])
    }
    expect(await stack.sql`select from leads where idempotency_key = ${idempotencyKey}`).toEqual([])
  })

  test('a batch and an import report it for its item, and store the others', async () => {
    const [erased, other, third] = [randomUUID(), randomUUID(), randomUUID()]
    const { id } = await bodyOf<{ id: string }>(
      post(`${intake.url}/leads`, { note: 'Hi' }, { 'idempotency-key': erased }),
    )
    await fetch(`${intake.url}/leads/${id}`, { method: 'DELETE' })
    for (const [name, transport] of TRANSPORTS) {
      const requests = [erased, other].map((idempotencyKey) => ({ idempotencyKey, lead: { note: 'Hi' } }))
      const { results } = await clientsOver(transport).intake.batchCreateLeads({ requests })
      expect([name, results[0]?.outcome, results[0]?.lead]).toEqual([name, BatchCreateLeadsOutcome.ERASED, undefined])
      expect(results[1]?.lead).toMatchObject({ note: 'Hi' })
    }
    const rows = [erased, third].map((key) => ({ idempotency_key: key, note: 'Hi' }))
    const { faults, last } = await importAll(intake.url, toNdjson(rows))
    expect(faults).toMatchObject([{ row: 1, outcome: 'erased', errors: [{ path: 'idempotency_key' }] }])
    expect(last).toMatchObject({ done: { rows: 2, created: 1, erased: 1 } })
  })
})

describe('invalid JSON is rejected with the same paths over REST and Connect:', () => {
  const REST = () => `${triage.url}/dead-letters:redrive`
  const CONNECT = () => `${triage.url}/leadtriage.triage.v1.TriageService/RedriveDeadLetters`

  async function pathsOf(url: string, headers: Record<string, string>, body: string | Uint8Array) {
    const response = await fetch(url, { method: 'POST', headers, body } as RequestInit)
    const answer = (await response.json()) as {
      errors?: { path: string }[]
      details?: { debug: { fieldViolations?: { field?: string }[] } }[]
    }
    const faults = answer.details?.flatMap(({ debug }) => debug.fieldViolations ?? []).map(({ field = '' }) => field)
    return { status: response.status, paths: (faults ?? answer.errors?.map(({ path }) => path) ?? []).sort() }
  }

  test.each<[what: string, body: string | Uint8Array, paths: string[]]>([
    ['an unknown field', '{"all":true,"emial":1}', ['emial']],
    ['a field of another type', '{"all":"yes"}', ['all']],
    ['several invalid fields', '{"all":"yes","emial":1,"lead_ids":7}', ['all', 'emial', 'lead_ids']],
    ['a prototype', '{"__proto__":{"all":true}}', ['__proto__']],
    ['a list', '[]', ['']],
    ['a string', '"x"', ['']],
    ['nothing', '', ['']],
    ['truncated JSON', '{"all":', ['']],
    ['invalid UTF-8', Buffer.from('{"all":"\xff"}', 'latin1'), ['']],
  ])('%s', async (_what, body, paths) => {
    const headers = { 'content-type': 'application/json' }
    expect(await pathsOf(REST(), headers, body)).toEqual({ status: 422, paths })
    expect(await pathsOf(CONNECT(), headers, body)).toEqual({ status: 400, paths })
  })

  test.each(['application/json; charset=latin1', 'text/plain', 'application/x-www-form-urlencoded'])(
    '%s',
    async (type) => {
      const headers = { 'content-type': type }
      expect((await pathsOf(REST(), headers, '{}')).status).toBe(415)
      expect((await pathsOf(CONNECT(), headers, '{}')).status).toBe(415)
    },
  )
})
