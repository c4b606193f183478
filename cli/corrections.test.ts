import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { readTrainingNotes } from '../eval/labelled-notes.ts'
import { isLearned } from '../eval/learn/learn.ts'
import { generateKey, hashOfKey } from '../lib/auth/api-key.ts'
import { post } from '../testkit/clients/rest.ts'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

vi.setConfig({ testTimeout: 60_000 }) // each call starts a process

const stack = useStack()
const start = useServices(stack)
let insights: ServiceProcess
let ids: { twice: string; confirmed: string; rare: string }
const ALL = generateKey('secret')
const WITHOUT_NOTES = generateKey('secret')

async function storeKey(key: string, scopes: string[]): Promise<void> {
  await stack.sql`
    insert into api_keys (id, hash, hint, kind, name, client_id, scopes, created_by)
    values (${randomUUID()}, ${hashOfKey(key)}, 'lt_sk_…', 'secret', 'key', 'tests', ${scopes}, 'test')`
}

async function storeTriaged(note: string): Promise<string> {
  const id = randomUUID()
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash)
    values (${id}, 'test', ${randomUUID()}, '\\x00', ${note}, 'hash')`
  await stack.sql`
    insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence, tags,
                          reasons, language, analyzer)
    values (${id}, gen_random_uuid(), 1, 'final', 'hash', 'buy', 'P1', 'email', 0.92, '{demo}', '[]', 'en', 'test@1')`
  return id
}

function leadtriage(args: readonly string[], key = ALL): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env.PATH, LEADTRIAGE_API_KEY: key } }
    execFile(process.execPath, ['cli/leadtriage.ts', ...args], options, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
  })
}

beforeAll(async () => {
  await storeKey(ALL, ['insights:read', 'insights:write', 'leads:read'])
  await storeKey(WITHOUT_NOTES, ['insights:read'])
  insights = await start('insights', { AUTH: 'on' })
  ids = {
    twice: await storeTriaged('first'),
    confirmed: await storeTriaged('second'),
    rare: await storeTriaged('third'),
  }
  const headers = { authorization: `Bearer ${ALL}` }
  const correct = (id: string, body: object) => post(`${insights.url}/leads/${id}/corrections`, body, headers)
  for (const [id, body] of [
    [ids.twice, { intent: 'job' }],
    [ids.confirmed, { intent: 'buy' }],
    [ids.twice, { spam: true, comment: 'not exported' }],
    [ids.rare, { intent: 'job', priority: 'P0' }],
  ] as const) {
    expect((await correct(id, body)).status).toBe(201)
  }
})

test('the latest correction of each lead is exported with its note, for eval and learn', async () => {
  const { code, stdout, stderr } = await leadtriage(['corrections', 'export', '--url', insights.url])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const analyzed = { analyzer: 'test@1', analyzer_intent: 'buy', analyzer_priority: 'P1', confidence: 0.92 }
  const lines = stdout.trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { note: 'second', lang: 'en', intent: 'buy', priority: 'P1', tags: ['demo'], ...analyzed },
    { note: 'first', intent: 'spam', priority: 'P3', ...analyzed },
    { note: 'third', intent: 'job', priority: 'P0', ...analyzed },
  ])
  expect(stdout).not.toContain('not exported')

  const folder = await mkdtemp(join(tmpdir(), 'leadtriage-corrections-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'corrections.jsonl')
  await writeFile(file, stdout)
  const measured = await leadtriage(['eval', '--corrections', file, '--json'])
  expect(JSON.parse(measured.stdout)).toMatchObject({
    ...{ n: 3, intent: 1 / 3, priority: 1 / 3, both: 1 / 3, mean_confidence: 0.92 },
    per_intent: { buy: { n: 3 }, spam: { n: 0, both: null } },
    per_confidence: { 0.9: { n: 3 }, 0.95: { n: 0 } },
  })
  expect((await leadtriage(['eval', '--corrections', file])).stdout).toMatch(/from 0\.9 +3 +0\.333/)
  expect(
    readTrainingNotes(file)
      .filter(isLearned)
      .map(({ note }) => note),
  ).toEqual(['second', 'first'])
})

test('pages continue after the last correction, and a token belongs to its filter', async () => {
  const list = async (query: string) => {
    const response = await fetch(`${insights.url}/corrections?${query}`, {
      headers: { authorization: `Bearer ${ALL}` },
    })
    return (await response.json()) as { code?: string; corrections: { note: string }[]; next_page_token: string }
  }
  const first = await list('page_size=1')
  const next = await list(`page_size=2&page_token=${first.next_page_token}`)
  expect([...first.corrections, ...next.corrections].map(({ note }) => note)).toEqual(['second', 'first', 'third'])
  expect(next.next_page_token).toBeNull()
  expect((await list('created_before=2001-01-01T00:00:00Z')).corrections).toEqual([])
  const other = await list(`created_after=2001-01-01T00:00:00Z&page_token=${first.next_page_token}`)
  expect(other.code).toBe('invalid_request')
})

test('a key without leads:read exports nothing, and says which scope is missing', async () => {
  const { code, stdout, stderr } = await leadtriage(['corrections', 'export', '--url', insights.url], WITHOUT_NOTES)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain('leads:read')
})
