import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { WatchInsightsResponse } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { InsightsService } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { generateKey, hashOfKey, hintOfKey } from '../lib/auth/api-key.ts'
import { hashOfSessionId } from '../lib/auth/session-cookie.ts'
import type { ReceivedEvent } from '../testkit/clients/event-source.ts'
import { followEvents, readEvents } from '../testkit/clients/event-source.ts'
import type { LeadBody } from '../testkit/clients/rest.ts'
import { bodyOf, post, postLead } from '../testkit/clients/rest.ts'
import { TRANSPORTS } from '../testkit/clients/rpc.ts'
import { eventually } from '../testkit/eventually.ts'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { useTcpProxies } from '../testkit/fixtures/tcp-proxies.ts'
import { storedInsights } from '../testkit/stored-insights.ts'

/* WatchInsights and GET /insights/stream with the services as processes. */

const stack = useStack()
const proxyTo = useTcpProxies()
const start = useServices(stack)
const stored = storedInsights(stack.sql)
let intake: ServiceProcess
let insights: ServiceProcess

beforeAll(async () => {
  ;[intake, insights] = await Promise.all([start('intake'), start('insights'), start('triage')])
})

/** Stores a lead over REST. Returns its id. */
async function store(note: string): Promise<string> {
  return (await bodyOf<LeadBody>(postLead(intake.url, { note }))).id
}

function leadOf({ event, data }: ReceivedEvent): string {
  return event === 'insight' ? (data as { lead: { id: string } }).lead.id : event
}

describe.each(TRANSPORTS)('%s', (_name, transport) => {
  test('what triage stores is sent, once, and a token continues after it', async () => {
    const client = createClient(InsightsService, transport(insights.url))
    const ids: string[] = []
    const received: WatchInsightsResponse[] = []
    for await (const response of client.watchInsights({})) {
      received.push(response)
      if (response.event.case === 'synchronized') {
        for (let i = 0; i < 3; i += 1) ids.push(await store(`Please call me about lead ${i}, urgently`))
      }
      if (received.length === 4) break
    }
    const [synchronized, first, ...others] = received
    expect(synchronized?.event.case).toBe('synchronized')
    const idOf = ({ event }: WatchInsightsResponse) => (event.case === 'insight' ? event.value.lead?.id : event.case)
    expect(received.slice(1).map(idOf).sort()).toEqual(ids.toSorted())
    const resumed: WatchInsightsResponse[] = []
    for await (const response of client.watchInsights({ resumeToken: first?.resumeToken ?? '' })) {
      resumed.push(response)
      if (response.event.case === 'synchronized') break
    }
    expect(resumed.map(idOf)).toEqual([...others.map(idOf), 'synchronized'])
  })
})

test('curl shows the open leads, then what is new', async () => {
  const open = await store('Our site is down, call me now')
  await eventually(async () => (await stack.sql`select from insights where lead_id = ${open}`).length > 0)
  const curl = execFile('curl', [
    '-sN',
    `${insights.url}/insights/stream?include_open=true&priority=P0&priority=P1&priority=P2&priority=P3`,
  ])
  onTestFinished(() => void curl.kill())
  let output = ''
  curl.stdout?.on('data', (text: string) => {
    output += text
  })
  await eventually(() => output.includes('event: synchronized'))
  expect(output).toContain(open)
  const fresh = await store('And another one')
  await eventually(() => output.includes(fresh))
  expect(output.indexOf(fresh)).toBeGreaterThan(output.indexOf('event: synchronized'))
})

/** The state of an insight that events and rows have in common. */
interface State {
  readonly generation: number
  readonly stage: string
  readonly priority: string
  readonly updated: string
  readonly corrected: string | null
}

async function storedStates(): Promise<Map<string, State>> {
  const rows = await stack.sql<
    {
      lead_id: string
      generation: number
      stage: string
      effective_priority: string
      updated_at: Date
      corrected_at: Date | null
    }[]
  >`
    select lead_id, generation, stage, effective_priority, updated_at, corrected_at from insights`
  return new Map(
    rows.map((row) => [
      row.lead_id,
      {
        ...{ generation: row.generation, stage: row.stage, priority: row.effective_priority },
        ...{ updated: row.updated_at.toISOString(), corrected: row.corrected_at?.toISOString() ?? null },
      },
    ]),
  )
}

test('across kills of insights, an outage of NATS, the loss of INSIGHTS, corrections and retriages, a watcher receives the last state of every lead, and nothing twice', async () => {
  await stack.sql`truncate insights, leads`
  const nats = await proxyTo(stack.natsUrl)
  let watched = await start('insights', { NATS_URL: nats.url })
  const events = new Map<string, State[]>()
  const following = new AbortController()
  let synchronized = 0
  const followed = followEvents(
    () => `${watched.url}/insights/stream`,
    (received) => {
      if (received.event === 'synchronized') synchronized += 1
      if (received.event !== 'insight') return
      const { insight } = received.data as { insight: Record<string, never> }
      const { generation, stage, priority, updated_at: updated, corrected_at: corrected } = insight
      const id = leadOf(received)
      events.set(id, [
        ...(events.get(id) ?? []),
        { generation, stage, priority, updated, corrected } as unknown as State,
      ])
    },
    following.signal,
  )
  await eventually(() => synchronized === 1)

  const ids: string[] = []
  let isOver = false
  const load = (async () => {
    for (let i = 0; !isOver; i += 1) {
      ids.push(await store(`Lead ${i}: a quote, please`))
      const lead = ids[Math.floor(i / 2)] as string
      if (i % 3 === 0) await post(`${intake.url}/leads:retriage`, { lead_ids: [lead] })
      if (i % 5 === 0) {
        await stack.sql`
          update insights set corrected_intent = 'spam', corrected_priority = ${i % 2 ? 'P3' : 'P0'},
            corrected_next_action = 'ignore', corrected_at = clock_timestamp(), changed_in = pg_current_xact_id()
          where lead_id = ${lead}`
      }
    }
  })()
  const progress = async () => {
    const target = ids.length + 15
    await eventually(() => ids.length >= target, 30_000)
  }
  await progress()
  for (let kills = 0; kills < 2; kills += 1) {
    await watched.kill('SIGKILL')
    await progress()
    const before = synchronized
    watched = await start('insights', { NATS_URL: nats.url })
    await progress()
    await eventually(() => synchronized > before, 30_000)
  }
  await nats.cut()
  await progress()
  await nats.heal()
  await progress()
  const connection = await connect({ servers: stack.natsUrl })
  await (await jetstreamManager(connection)).streams.delete(stack.names.insightsStream)
  await connection.close()
  await progress()
  isOver = true
  await load
  await eventually(async () => {
    const states = await storedStates()
    return (
      states.size === ids.length &&
      [...states].every(([id, state]) => JSON.stringify(events.get(id)?.at(-1)) === JSON.stringify(state))
    )
  }, 30_000)
  for (const [id, states] of events) {
    const distinct = new Set(states.map((state) => JSON.stringify(state)))
    expect(states, id).toHaveLength(distinct.size)
  }
  following.abort()
  await followed
}, 180_000)

test('a watcher that was away for thousands of changes receives each of them once', async () => {
  const watch = (query = '') =>
    fetch(`${insights.url}/insights/stream${query}`, { signal: AbortSignal.timeout(60_000) })
  let token = ''
  for await (const { id } of readEvents(await watch())) {
    token = id ?? ''
    break
  }
  const ids = await stored.addMany(3_000)
  const received: string[] = []
  for await (const event of readEvents(await watch(`?resume_token=${token}`))) {
    if (event.event === 'synchronized') break
    received.push(leadOf(event))
  }
  expect(received.toSorted()).toEqual(ids.toSorted())
}, 90_000)

test('a client that reads too slowly is told so, over its connection, and loses nothing', async () => {
  const slow = readEvents(await fetch(`${insights.url}/insights/stream`, { signal: AbortSignal.timeout(90_000) }))
  expect((await slow.next()).value).toMatchObject({ event: 'synchronized' })
  const ids = await stored.addMany(1_000, 'x'.repeat(18_000))
  // what the buffers of the connection do not hold is removed after ten seconds
  await new Promise((resolve) => setTimeout(resolve, 12_000))
  const received: ReceivedEvent[] = []
  for await (const event of slow) received.push(event)
  const lagging = received.pop()
  expect(lagging?.event).toBe('lagging')
  expect(received.length).toBeLessThan(1_000)
  const again = await fetch(`${insights.url}/insights/stream`, { headers: { 'last-event-id': lagging?.id ?? '' } })
  for await (const event of readEvents(again)) {
    if (event.event === 'synchronized') break
    received.push(event)
  }
  expect(received.map(leadOf).sort()).toEqual(ids.toSorted())
}, 120_000)

describe('with AUTH=on', () => {
  const key = generateKey('secret')
  let secured: ServiceProcess
  beforeAll(async () => {
    await storeKey(key, ['insights:read'])
    secured = await start('insights', { AUTH: 'on' })
  })

  async function storeKey(secret: string, scopes: string[], client_id = 'tests'): Promise<string> {
    const id = randomUUID()
    await stack.sql`
      insert into api_keys ${stack.sql({
        ...{ id, hash: hashOfKey(secret), hint: hintOfKey(secret), kind: 'secret', name: 'key' },
        ...{ client_id, scopes, created_by: 'test' },
      })}`
    return id
  }

  test('a key that may not read leads receives no personal data, and may not filter by it', async () => {
    const headers = { authorization: `Bearer ${key}` }
    const events = readEvents(await fetch(`${secured.url}/insights/stream`, { headers }))
    await events.next()
    const note = 'Please call Ada about the offer'
    const { id } = await bodyOf<LeadBody>(postLead(intake.url, { note, email: 'ada@example.com', name: 'Ada' }))
    const { value } = await events.next()
    expect(value).toMatchObject({ data: { lead: { id, email: null, name: null, note: '' } } })
    await events.return()
    const refused = await fetch(`${secured.url}/insights/stream?text=offer`, { headers })
    expect(await bodyOf(Promise.resolve(refused))).toMatchObject({ code: 'permission_denied' })
  })

  test('a stream ends within ten seconds after its key or session may no longer read leads', async () => {
    const agentKey = generateKey('secret')
    const keyId = await storeKey(agentKey, ['insights:read', 'leads:read'])
    const inAnHour = new Date(Date.now() + 3_600_000)
    const startSession = async (by: { subject: string } | { key_id: string }) => {
      const cookie = randomBytes(32).toString('base64url')
      await stack.sql`
        insert into sessions ${stack.sql({
          ...{ hash: hashOfSessionId(cookie), id: randomUUID(), client_id: 'user:ada', actor: 'user:ada', ...by },
          ...{ scopes: ['insights:read', 'leads:read'], idle_minutes: 60, expires_at: inAnHour, ends_at: inAnHour },
        })}`
      return { cookie: `__Host-leadtriage=${cookie}` }
    }
    const { id } = await bodyOf<LeadBody>(
      postLead(intake.url, { note: 'Please call', name: 'Ada', source: 'narrowed' }),
    )
    await eventually(async () => (await stack.sql`select from insights where lead_id = ${id}`).length > 0)
    const credentials = [
      { authorization: `Bearer ${agentKey}` },
      await startSession({ subject: 'ada' }),
      await startSession({ key_id: keyId }),
    ]
    const names = async (headers: Record<string, string>, onSynchronized: () => void) => {
      const seen: unknown[] = []
      const response = await fetch(`${secured.url}/insights/stream?include_open=true&source=narrowed`, { headers })
      for await (const { event, data } of readEvents(response)) {
        const { lead, code } = data as { lead?: { id: string; name: string | null }; code?: string }
        if (lead?.id === id) seen.push(lead.name)
        if (event === 'failed') seen.push(code)
        if (event === 'synchronized') onSynchronized()
      }
      return seen
    }
    let opened = 0
    const ends = credentials.map((headers) => names(headers, () => void opened++))
    await eventually(() => opened === 3)
    const narrowedAt = performance.now()
    await stack.sql`update api_keys set scopes = '{insights:read}' where id = ${keyId}`
    await stack.sql`update sessions set scopes = '{insights:read}' where key_id is null`
    expect(await Promise.all(ends)).toEqual(credentials.map(() => ['Ada', 'permission_denied']))
    expect(performance.now() - narrowedAt).toBeLessThan(15_000)
    for (const headers of credentials) {
      const again = readEvents(
        await fetch(`${secured.url}/insights/stream?include_open=true&source=narrowed`, { headers }),
      )
      for await (const { data } of again) {
        expect(data).toMatchObject({ lead: { name: null } })
        break
      }
    }
  }, 60_000)

  test('a client has a limited number of watchers, and others have theirs', async () => {
    const { url } = await start('insights', { AUTH: 'on', MAX_WATCHERS_PER_CLIENT: '1' })
    const otherKey = generateKey('secret')
    await storeKey(otherKey, ['insights:read'], 'others')
    const open = (secret: string) => fetch(`${url}/insights/stream`, { headers: { authorization: `Bearer ${secret}` } })
    const first = await open(key)
    const refused = await open(key)
    expect([first.status, refused.status, refused.headers.get('retry-after')]).toEqual([200, 429, '10'])
    expect(await refused.json()).toMatchObject({ code: 'rate_limited' })
    const other = await open(otherKey)
    expect(other.status).toBe(200)
    await Promise.all([first.body?.cancel(), other.body?.cancel()])
    await eventually(async () => {
      const again = await open(key)
      await again.body?.cancel()
      return again.status === 200
    })
  })

  test('a stream ends within ten seconds after its key is revoked, in every protocol', async () => {
    const headers = { authorization: `Bearer ${key}` }
    let opened = 0
    const ends = [
      (async () => {
        let last: ReceivedEvent | undefined
        for await (const event of readEvents(await fetch(`${secured.url}/insights/stream`, { headers }))) {
          if (event.event === 'synchronized') opened += 1
          last = event
        }
        expect(last).toMatchObject({ event: 'failed', data: { code: 'unauthenticated' } })
      })(),
      ...TRANSPORTS.map(async ([, transport]) => {
        const client = createClient(InsightsService, transport(secured.url))
        const read = async () => {
          for await (const { event } of client.watchInsights({}, { headers })) {
            if (event.case === 'synchronized') opened += 1
          }
        }
        const error = await read().then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
        expect(ConnectError.from(error).code).toBe(Code.Unauthenticated)
      }),
    ]
    await eventually(() => opened === ends.length)
    const revokedAt = performance.now()
    await stack.sql`update api_keys set revoked_at = now()`
    await Promise.all(ends)
    expect(performance.now() - revokedAt).toBeLessThan(15_000)
  }, 60_000)
})
