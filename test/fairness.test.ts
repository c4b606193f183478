import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { generateKey, hashOfKey, hintOfKey } from '../lib/auth/api-key.ts'
import { ALL_SCOPES } from '../lib/auth/scopes.ts'
import type { ModelServer } from '../testkit/analyzers/model-server.ts'
import { goodAnswer, sendCompletion, startModelServer } from '../testkit/analyzers/model-server.ts'
import type { LeadBody } from '../testkit/clients/rest.ts'
import { bodyOf, post } from '../testkit/clients/rest.ts'
import { eventually } from '../testkit/eventually.ts'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

/*
 * The model takes a second for a note on average, so that the capacity of triage does not depend on the machine. The
 * times differ, as a model's do: otherwise all notes in flight would end at the same moment, a second apart.
 */
const CONCURRENCY = 12
const FASTEST_ANSWER_MS = 500
const SLOWEST_ANSWER_MS = 1_500
const CAPACITY_PER_SECOND = (2_000 * CONCURRENCY) / (FASTEST_ANSWER_MS + SLOWEST_ANSWER_MS)
const FLOOD_PER_SECOND = 20 * CAPACITY_PER_SECOND
const FLOOD_SECONDS = 15
/**
 * What a busy machine adds to the path of a lead through four processes, at the worst moment of 15 seconds. Without
 * fairness the last lead of the quiet client would wait for almost 20 times as long as the flood lasts: five minutes.
 */
const NOISE_MS = 500

const stack = useStack()
const start = useServices(stack)
let model: ModelServer | undefined
afterEach(async () => {
  await model?.close()
})

async function clientKey(clientId: string): Promise<string> {
  const key = generateKey('secret')
  await stack.sql`
    insert into api_keys (id, hash, hint, kind, name, client_id, scopes, created_by)
    values (${randomUUID()}, ${hashOfKey(key)}, ${hintOfKey(key)}, 'secret', 'key', ${clientId}, ${[...ALL_SCOPES]}, 'test')`
  return `Bearer ${key}`
}

async function startSlowTriage() {
  model = await startModelServer(async (request, response, count) => {
    // evenly distributed, and the same in each run
    await sleep(FASTEST_ANSWER_MS + ((count * 618) % (SLOWEST_ANSWER_MS - FASTEST_ANSWER_MS)))
    sendCompletion(response, goodAnswer(request))
  })
  return start('triage', {
    ANALYZER: 'llm',
    LLM_BASE_URL: model.url,
    LLM_MODEL: 'imitated',
    LLM_CONCURRENCY: String(CONCURRENCY),
  })
}

/** Sends one lead a second for `seconds`; returns the ids. */
async function sendOnePerSecond(url: string, authorization: string, seconds: number): Promise<string[]> {
  const ids: string[] = []
  for (let second = 0; second < seconds; second += 1) {
    const sentAt = performance.now()
    const note = `Quiet lead ${randomUUID()}: please send a quote.`
    const lead = await bodyOf<LeadBody>(
      post(`${url}/leads/`, { note }, { authorization, 'idempotency-key': randomUUID() }),
    )
    ids.push(lead.id)
    await sleep(1_000 - (performance.now() - sentAt))
  }
  return ids
}

/** Sends batches of leads to the intakes in turn until the signal aborts; returns the number accepted. */
async function flood(urls: readonly string[], authorization: string, stop: AbortSignal): Promise<number> {
  let accepted = 0
  const size = Math.ceil(FLOOD_PER_SECOND / 10)
  for (let batch = 0; !stop.aborted; batch += 1) {
    const sentAt = performance.now()
    const requests = Array.from({ length: size }, () => ({
      idempotencyKey: randomUUID(),
      lead: { note: `Flood lead ${randomUUID()}: please send a quote.` },
    }))
    const url = `${urls[batch % urls.length]}/leadtriage.intake.v1.IntakeService/BatchCreateLeads`
    const response = await post(url, { requests }, { authorization }).catch(() => undefined)
    if (response?.ok) accepted += size
    await sleep(Math.max(0, 100 - (performance.now() - sentAt)))
  }
  return accepted
}

/** Milliseconds from commit to insight of each lead, by the clock of the database; waits until each has one. */
async function timesToInsight(ids: readonly string[]): Promise<number[]> {
  const rows = () => stack.sql<{ ms: number }[]>`
    select extract(epoch from i.created_at - l.created_at)::float8 * 1000 as ms
    from leads l join insights i on i.lead_id = l.id
    where l.id = any(${[...ids]}::uuid[])`
  await eventually(async () => (await rows()).length === ids.length, 60_000)
  return (await rows()).map(({ ms }) => ms)
}

const untriagedLeads = async () =>
  (await stack.sql`select from leads l where not exists (select from insights i where i.lead_id = l.id)`).length

/** The sum of a metric over all its series that contain `label`. */
async function metricOf({ url }: ServiceProcess, name: string, label: string): Promise<number> {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n')
  const found = lines.filter((line) => line.startsWith(`${name}{`) && line.includes(label))
  return found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

const ackedBy = (triage: ServiceProcess) => metricOf(triage, 'leadtriage_messages_total', 'outcome="acked"')

test("one client's flood does not delay another's leads, keeps the workers busy, and is triaged exactly once", {
  timeout: 180_000,
}, async () => {
  const [noisy, quiet] = [await clientKey('noisy'), await clientKey('quiet')]
  const [intake, slow] = await Promise.all([start('intake', { AUTH: 'on' }), startSlowTriage()])
  const unloaded = await timesToInsight(await sendOnePerSecond(intake.url, quiet, 10))
  const unloadedP99 = Math.max(...unloaded) // of ten

  const stop = new AbortController()
  const [before] = await stack.sql<{ now: Date; insights: number }[]>`
    select now(), (select count(*)::int from insights) as insights`
  const flooding = flood([intake.url], noisy, stop.signal)
  const ids = await sendOnePerSecond(intake.url, quiet, FLOOD_SECONDS)
  stop.abort()
  const accepted = await flooding
  const [after] = await stack.sql<{ seconds: number; insights: number }[]>`
    select extract(epoch from now() - ${before?.now ?? null})::float8 as seconds,
           (select count(*)::int from insights) as insights`
  const loaded = await timesToInsight(ids)

  expect(accepted).toBeGreaterThan(10 * CAPACITY_PER_SECOND * FLOOD_SECONDS) // or the machine was too slow to flood it
  expect(Math.max(...loaded)).toBeLessThan(2 * unloadedP99 + NOISE_MS)
  const triagedPerSecond = ((after?.insights ?? 0) - (before?.insights ?? 0)) / (after?.seconds ?? 1)
  expect(triagedPerSecond).toBeGreaterThan(0.75 * CAPACITY_PER_SECOND)

  const fast = await start('triage')
  await eventually(async () => (await untriagedLeads()) === 0, 60_000)
  const total = accepted + unloaded.length + loaded.length
  await eventually(async () => (await ackedBy(slow)) + (await ackedBy(fast)) >= total)
  expect((await ackedBy(slow)) + (await ackedBy(fast))).toBe(total)
  expect((await stack.sql`select from leads`).length).toBe(total)
  for (const service of [intake, slow, fast]) await service.kill('SIGTERM')
})

test('no lead of a flood is lost when an intake is killed in the middle of it', { timeout: 120_000 }, async () => {
  await stack.sql`truncate leads, insights, unsettled_leads`
  const noisy = await clientKey('noisy')
  const [slow, ...intakes] = await Promise.all([
    startSlowTriage(),
    start('intake', { AUTH: 'on' }),
    start('intake', { AUTH: 'on' }),
  ])
  const stop = new AbortController()
  const flooding = flood(
    intakes.map(({ url }) => url),
    noisy,
    stop.signal,
  )
  const deferredBy = (intake: ServiceProcess) => metricOf(intake, 'leadtriage_deferred_leads_total', '')
  await eventually(async () => (await Promise.all(intakes.map(deferredBy))).every((leads) => leads > 100), 20_000)
  const isLeader = async (intake: ServiceProcess) => (await metricOf(intake, 'leadtriage_reconciler_leads', '')) === 1
  const [first, second] = intakes
  if (first === undefined || second === undefined) throw new Error('two were started')
  const [killed, survivor] = (await isLeader(first)) ? [first, second] : [second, first]
  await killed.kill('SIGKILL')
  const deferred = await deferredBy(survivor)
  await eventually(async () => (await deferredBy(survivor)) > deferred + 100, 20_000)
  stop.abort()
  const accepted = await flooding

  const fast = await start('triage')
  await eventually(async () => (await untriagedLeads()) === 0, 60_000)
  expect((await stack.sql`select from insights`).length).toBeGreaterThanOrEqual(accepted)
  for (const service of [survivor, slow, fast]) await service.kill('SIGTERM')
})
