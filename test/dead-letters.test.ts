import { randomUUID } from 'node:crypto'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type { Client } from '@connectrpc/connect'
import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { createConnectTransport } from '@connectrpc/connect-node'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ErrorInfoSchema } from '../gen/google/rpc/error_details_pb.ts'
import { DeadLetterReason, DeadLetterState, TriageService } from '../gen/leadtriage/triage/v1/triage_service_pb.ts'
import type { ProblemBody } from '../testkit/clients/rest.ts'
import { bodyOf, post } from '../testkit/clients/rest.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { rejectedFields, rejectedPaths } from './fixtures/rejections.ts'

interface LetterBody {
  lead_id: string
  generation: number
  reason: string
  error: string
  attempts: number
  first_failed_at: string
  last_failed_at: string
  retry_at: string | null
}
interface PageBody {
  dead_letters: LetterBody[]
  next_page_token: string | null
}

const stack = useStack()
const start = useServices(stack)
let url: string
let client: Client<typeof TriageService>

beforeAll(async () => {
  // without intake nothing is republished, so that the effect of a redrive remains visible
  ;({ url } = await start('triage'))
  client = createClient(TriageService, createConnectTransport({ baseUrl: url, httpVersion: '1.1', useHttpGet: true }))
})
beforeEach(async () => {
  await stack.sql`delete from dead_letters`
})

const list = (query: string) => bodyOf<PageBody>(fetch(`${url}/dead-letters?${query}`))
const redrive = (body: unknown) => post(`${url}/dead-letters:redrive`, body)

/**
 * Writes dead letters with increasing failure times, three for each second; returns their lead ids, the newest first.
 */
async function writeLetters(count: number, from: string, reason = 'failed', retryAt: string | null = null) {
  const rows = await stack.sql<{ lead_id: string }[]>`
    with written as (
      insert into dead_letters (lead_id, generation, reason, error, attempts, first_failed_at, last_failed_at, retry_at)
      select gen_random_uuid(), 1, ${reason}, 'number ' || n, 5, '2020-01-01',
             ${from}::timestamptz + make_interval(secs => n / 3), ${retryAt}::timestamptz
      from generate_series(1, ${count}::int) as n
      returning lead_id, last_failed_at
    )
    select lead_id from written order by last_failed_at desc, lead_id desc`
  return rows.map((row) => row.lead_id)
}

async function allPages(query: string, between: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = []
  for (let token: string | null = ''; token !== null; ) {
    const page: PageBody = await list(`${query}&page_token=${token}`)
    seen.push(...page.dead_letters.map((letter) => letter.lead_id))
    token = page.next_page_token
    await between()
  }
  return seen
}

describe('the list', () => {
  test('returns each of 120 dead letters once, the newest first, while others are added and returned ones are deleted', async () => {
    const letters = await writeLetters(120, '2026-01-01T00:00:00Z')
    const seen = await allPages('page_size=25', async () => {
      await writeLetters(7, '2026-02-01T00:00:00Z')
      await stack.sql`delete from dead_letters where lead_id = ${letters[0] ?? ''}`
    })
    expect(seen).toEqual(letters)
  })

  test('is the same over RPC, and page tokens are valid over every protocol', async () => {
    const letters = await writeLetters(120, '2026-01-01T00:00:00Z')
    const seen: string[] = []
    let pageToken = ''
    do {
      const page = await client.listDeadLetters({ pageSize: 50, pageToken })
      seen.push(...page.deadLetters.map(({ leadId }) => leadId))
      pageToken = page.nextPageToken
      if (pageToken !== '') {
        const rest = await list(`page_size=1&page_token=${pageToken}`)
        expect(rest.dead_letters[0]?.lead_id).toBe(letters[seen.length])
      }
    } while (pageToken !== '')
    expect(seen).toEqual(letters)
  })

  test('has 50 entries per page by default, and never more than 500', async () => {
    await writeLetters(501, '2026-01-01T00:00:00Z')
    expect((await list('')).dead_letters).toHaveLength(50)
    expect((await list('page_size=0')).dead_letters).toHaveLength(50)
    const most = await list('page_size=100000')
    expect(most.dead_letters).toHaveLength(500)
    expect((await list(`page_token=${most.next_page_token}`)).next_page_token).toBeNull()
    expect((await client.listDeadLetters({ pageSize: 2 ** 31 - 1 })).deadLetters).toHaveLength(500)
  })

  test('excludes parked leads by default, and filters by state, reason and time', async () => {
    const failed = await writeLetters(3, '2026-01-01T00:00:00Z')
    const limit = await writeLetters(3, '2026-01-02T00:00:00Z', 'delivery_limit')
    const parked = await writeLetters(3, '2026-01-03T00:00:00Z', 'parked', '2100-01-01T00:00:00Z')
    const idsOf = async (query: string) => (await list(query)).dead_letters.map((letter) => letter.lead_id)
    expect(await idsOf('')).toEqual([...limit, ...failed])
    expect(await idsOf('state=all')).toEqual([...parked, ...limit, ...failed])
    expect(await idsOf('state=parked')).toEqual(parked)
    expect(await idsOf('reason=delivery_limit')).toEqual(limit)
    expect(await idsOf('failed_after=2026-01-02T00:00:00Z&state=all')).toEqual([...parked, ...limit])
    expect(await idsOf('failed_after=2026-01-01T12:00:00Z&failed_before=2026-01-02T12:00:00%2B02:00')).toEqual(limit)

    const viaRpc = await client.listDeadLetters({
      reason: DeadLetterReason.PARKED,
      state: DeadLetterState.ALL,
      failedAfter: timestampFromDate(new Date('2026-01-02T00:00:00Z')),
      failedBefore: timestampFromDate(new Date('2026-02-01T00:00:00Z')),
    })
    expect(viaRpc.deadLetters.map(({ leadId }) => leadId)).toEqual(parked)
    expect(await bodyOf(fetch(`${url}/queue`))).toMatchObject({ dead_letters: 6, parked: 3 })
    expect(await client.getQueue({})).toMatchObject({ deadLetters: 6n, parked: 3n })
  })

  test('leaves out leads that wait for room in the queue; the queue counts them', async () => {
    await stack.sql`
      insert into unsettled_leads (lead_id, share, check_at, published_at)
      select gen_random_uuid(), 'test', now() + due, published from (values
        (interval '-1 second', null), ('-1 minute', null), ('1 hour', null), ('-1 second', now())
      ) as leads (due, published)`
    expect(await bodyOf(fetch(`${url}/queue`))).toMatchObject({ deferred: 2 })
    expect(await client.getQueue({})).toMatchObject({ deferred: 2n })
    await stack.sql`truncate unsettled_leads`
  })

  test('includes a failure at exactly failed_after and excludes one at exactly failed_before', async () => {
    const [{ lead_id: id } = { lead_id: '' }] = await stack.sql<{ lead_id: string }[]>`
      insert into dead_letters (lead_id, generation, reason, error, attempts, last_failed_at)
      values (gen_random_uuid(), 1, 'failed', 'x', 1, '2026-01-01T00:00:00.123Z') returning lead_id`
    const at = '2026-01-01T00:00:00.123Z'
    expect((await list(`failed_after=${at}`)).dead_letters.map((letter) => letter.lead_id)).toEqual([id])
    expect((await list(`failed_before=${at}`)).dead_letters).toEqual([])
  })

  test.each([
    ['reason=tired', 'reason'],
    ['state=undead', 'state'],
    ['failed_after=yesterday', 'failed_after'],
    ['failed_before=0000-01-01T00:00:00Z', 'failed_before'],
    ['page_size=-1', 'page_size'],
    ['page_size=many', 'page_size'],
    ['page_token=abc', 'page_token'],
    ['reasn=failed', 'reasn'],
    ['reason=failed&reason=parked', 'reason'],
  ])('rejects %s', async (query, path) => {
    expect(await rejectedPaths(fetch(`${url}/dead-letters?${query}`))).toEqual([path])
  })

  test('rejects a page token with another filter, and unknown enum numbers', async () => {
    await writeLetters(3, '2026-01-01T00:00:00Z')
    const { next_page_token: token } = await list('page_size=1')
    const unknown = { reason: 99 as DeadLetterReason, state: 7 as DeadLetterState }
    expect(await rejectedPaths(fetch(`${url}/dead-letters?state=all&page_token=${token}`))).toEqual(['page_token'])
    expect(await rejectedFields(client.listDeadLetters({ ...unknown, pageSize: -1 }))).toEqual([
      'page_size',
      'reason',
      'state',
    ])
    const farOff = { seconds: 10n ** 15n, nanos: 0 }
    expect(await rejectedFields(client.listDeadLetters({ failedAfter: farOff }))).toEqual(['failed_after'])
  })
})

describe('a dead letter', () => {
  test('is read by the id of its lead', async () => {
    const [id = ''] = await writeLetters(1, '2026-01-01T00:00:00Z', 'parked', '2100-01-01T00:00:00Z')
    expect(await bodyOf(fetch(`${url}/dead-letters/${id.toUpperCase()}`))).toEqual({
      lead_id: id,
      generation: 1,
      reason: 'parked',
      error: 'number 1',
      attempts: 5,
      first_failed_at: '2020-01-01T00:00:00.000Z',
      last_failed_at: '2026-01-01T00:00:00.000Z',
      retry_at: '2100-01-01T00:00:00.000Z',
    })
    const { deadLetter } = await client.getDeadLetter({ leadId: id })
    expect(deadLetter).toMatchObject({
      leadId: id,
      reason: DeadLetterReason.PARKED,
      attempts: 5,
      retryAt: timestampFromDate(new Date('2100-01-01T00:00:00Z')),
    })
  })

  test('that does not exist is not found, and an invalid UUID is rejected', async () => {
    const response = await fetch(`${url}/dead-letters/${randomUUID()}`)
    expect(response.status).toBe(404)
    expect(await bodyOf<ProblemBody>(response)).toMatchObject({ code: 'dead_letter_not_found' })
    expect(await rejectedPaths(fetch(`${url}/dead-letters/7`))).toEqual(['lead_id'])
    const error = ConnectError.from(
      await client.getDeadLetter({ leadId: randomUUID() }).catch((error: unknown) => error),
    )
    expect(error.code).toBe(Code.NotFound)
    expect(error.findDetails(ErrorInfoSchema)[0]?.reason).toBe('DEAD_LETTER_NOT_FOUND')
  })
})

describe('a redrive', () => {
  const due = async () =>
    (await stack.sql`select lead_id from dead_letters where retry_at <= now() and attempts = 0`).map(
      (row) => row.lead_id as string,
    )

  test.each([
    [{}],
    [{ dry_run: true }],
    [{ all: false, lead_ids: [] }],
    [{ state: 'parked' }],
    [{ all: true, reason: 'failed' }],
    [{ all: true, lead_ids: [randomUUID()] }],
    [{ lead_ids: [randomUUID()], failed_after: '2026-01-01T00:00:00Z' }],
  ])('without a selection, or with two, is rejected: %j', async (body) => {
    const letters = await writeLetters(3, '2026-01-01T00:00:00Z')
    const response = await redrive(body)
    expect(response.status).toBe(422)
    const { errors } = await bodyOf<ProblemBody>(response)
    expect(errors).toEqual([{ path: '', message: expect.stringContaining('lead_ids, a filter (reason, ') }])
    expect((await list('')).dead_letters.map((letter) => letter.lead_id)).toEqual(letters)
  })

  test('without a selection, or with two, is rejected over RPC', async () => {
    await writeLetters(3, '2026-01-01T00:00:00Z')
    expect(await rejectedFields(client.redriveDeadLetters({}))).toEqual([''])
    expect(await rejectedFields(client.redriveDeadLetters({ all: true, reason: DeadLetterReason.FAILED }))).toEqual([
      '',
    ])
    expect(await due()).toEqual([])
  })

  test.each([
    [{ lead_ids: ['7'] }, ['lead_ids[0]']],
    [{ lead_ids: Array.from({ length: 1_001 }, () => randomUUID()) }, ['lead_ids']],
    [{ reason: 'tired', reasn: 'x', all: 'yes' }, ['all', 'reasn', 'reason']],
    ['[1]', ['']],
    ['{', ['']],
    ['', ['']],
  ])('with invalid fields names each of them (%#)', async (body, paths) => {
    expect(await rejectedPaths(redrive(body))).toEqual(paths)
  })

  test('by a filter makes the dead letters due that the list returns for it; a dry run counts them', async () => {
    const failed = await writeLetters(4, '2026-01-01T00:00:00Z')
    await writeLetters(2, '2026-01-01T00:00:00Z', 'delivery_limit')
    await writeLetters(2, '2026-01-01T00:00:00Z', 'failed', '2100-01-01T00:00:00Z')
    await writeLetters(3, '2026-01-02T00:00:00Z')
    const filter = { reason: 'failed', failed_before: '2026-01-02T00:00:00Z' }
    expect(await bodyOf(redrive({ ...filter, dry_run: true }))).toEqual({ leads: 4 })
    expect(await due()).toEqual([])
    expect(await bodyOf(redrive(filter))).toEqual({ leads: 4 })
    expect((await due()).sort()).toEqual([...failed].sort())
    expect(await bodyOf(redrive(filter))).toEqual({ leads: 0 })
  })

  test('by ids includes every state, and does not count an id without a dead letter', async () => {
    const [dead = ''] = await writeLetters(2, '2026-01-01T00:00:00Z')
    const [parked = ''] = await writeLetters(2, '2026-01-01T00:00:00Z', 'parked', '2100-01-01T00:00:00Z')
    const leadIds = [dead, parked, dead, randomUUID()]
    expect((await client.redriveDeadLetters({ leadIds, dryRun: true })).leads).toBe(2n)
    expect((await client.redriveDeadLetters({ leadIds })).leads).toBe(2n)
    expect((await due()).sort()).toEqual([dead, parked].sort())
  })

  test('of all dead letters works in batches, and includes parked leads only on request', async () => {
    const dead = await writeLetters(4_500, '2026-01-01T00:00:00Z')
    const parked = await writeLetters(3, '2026-01-01T00:00:00Z', 'parked', '2100-01-01T00:00:00Z')
    expect(await bodyOf(redrive({ all: true }))).toEqual({ leads: dead.length })
    expect(new Set(await due())).toEqual(new Set(dead))
    expect(await bodyOf(redrive({ all: true, state: 'all' }))).toEqual({ leads: dead.length + parked.length })
  })

  test('skips a dead letter that is locked, without waiting', async () => {
    const [written, other] = await writeLetters(2, '2026-01-01T00:00:00Z')
    await stack.sql.begin(async (transaction) => {
      await transaction`update dead_letters set last_failed_at = now() where lead_id = ${written ?? ''}`
      expect(await bodyOf(redrive({ all: true }))).toEqual({ leads: 1 })
    })
    expect(await due()).toEqual([other])
  })
})
