import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { hashOfKey, hintOfKey, kindOfKey } from '../lib/auth/api-key.ts'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { ExitCode } from './keys.ts'
import type { CreatedKey, Key, RotatedKey } from './print-keys.ts'

vi.setConfig({ testTimeout: 60_000 }) // each call starts a process

const stack = useStack()
const start = useServices(stack)
let intake: ServiceProcess
let adminKey: string

interface Result {
  readonly code: unknown
  readonly stdout: string
  readonly stderr: string
}

function leadtriage(args: readonly string[], env: Record<string, string> = {}): Promise<Result> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env.PATH, ...env } }
    execFile(process.execPath, ['cli/leadtriage.ts', ...args], options, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
  })
}

const bootstrap = (...options: string[]) =>
  leadtriage(['keys', 'create', '--bootstrap', ...options], { DATABASE_URL: stack.ownerUrl })
const keys = (args: readonly string[], key = adminKey) =>
  leadtriage(['keys', ...args, '--url', intake.url], { LEADTRIAGE_API_KEY: key })
async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await keys([...args, '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as T
}
const NEW_KEY = ['create', '--name', 'Website backend', '--client', 'website', '--scope', 'leads:write,leads:read']

beforeAll(async () => {
  const { stdout } = await bootstrap()
  adminKey = stdout.trim()
  intake = await start('intake', { AUTH: 'on' })
})

describe('keys create --bootstrap', () => {
  test('prints a key with all scopes, alone on standard output, and records it as an act of the command', async () => {
    const { code, stdout, stderr } = await bootstrap('--force')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^lt_sk_\w+\n$/)
    expect(kindOfKey(stdout.trim())).toBe('secret')
    const [key] = await stack.sql`select * from api_keys where hash = ${hashOfKey(stdout.trim())}`
    expect(key).toMatchObject({ client_id: 'admin', created_by: 'cli' })
    expect(await stack.sql`select service, actor from audit_events where target = ${`key:${key?.id}`}`).toEqual([
      { service: 'cli', actor: 'cli' },
    ])
    expect((await keys(['list'], stdout.trim())).code).toBe(0)
  })

  test('refuses when a key that can manage keys exists', async () => {
    const before = await stack.sql`select from api_keys`
    const { code, stdout, stderr } = await bootstrap()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('--force')
    expect(await stack.sql`select from api_keys`).toHaveLength(before.length)
  })

  test('migrates an empty database', async () => {
    const name = `bootstrap_${randomBytes(6).toString('hex')}`
    const admin = postgres(inject('servers').databaseUrl, { max: 1, onnotice: () => undefined })
    await admin.unsafe(`create database ${name}`)
    try {
      const url = Object.assign(new URL(stack.ownerUrl), { pathname: `/${name}` }).href
      const { code, stdout } = await leadtriage(['keys', 'create', '--bootstrap'], { DATABASE_URL: url })
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^lt_sk_\w+\n$/) })
    } finally {
      await admin.unsafe(`drop database ${name}`)
      await admin.end()
    }
  })

  test('exits with 3 when the database is unreachable, and with 2 when DATABASE_URL is missing', async () => {
    const unreachable = { DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/leads' }
    const { code, stderr } = await leadtriage(['keys', 'create', '--bootstrap'], unreachable)
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('ECONNREFUSED') })
    expect(stderr).not.toContain('secret')
    const missing = await leadtriage(['keys', 'create', '--bootstrap'])
    expect({ code: missing.code, stdout: missing.stdout }).toEqual({ code: 2, stdout: '' })
    expect(missing.stderr).toContain('DATABASE_URL is missing')
  })
})

test('a created key is printed alone on standard output and works; its description is on standard error', async () => {
  const { code, stdout, stderr } = await keys([...NEW_KEY, '--expires', '2100-01-31'])
  expect(code).toBe(0)
  const key = stdout.trim()
  expect(stdout).toBe(`${key}\n`)
  expect(kindOfKey(key)).toBe('secret')
  expect(stderr).toContain(hintOfKey(key))
  expect(stderr).toMatch(/active +website +Website backend +2100-01-31T00:00:00\.000Z +never +leads:write leads:read\n/)
  expect(stderr).not.toContain(key)
  const headers = { authorization: `Bearer ${key}` }
  expect((await fetch(`${intake.url}/leads/${randomUUID()}`, { headers })).status).toBe(404)
})

test('a publishable key is created with its origins', async () => {
  const origins = ['--origin', 'https://www.example.com', '--origin', 'http://localhost:3000']
  const { key, text } = await json<CreatedKey>(
    ...['create', '--publishable', '--name', 'Form', '--client', 'form', ...origins],
  )
  expect(kindOfKey(text)).toBe('publishable')
  expect(key).toMatchObject({ scopes: ['leads:write'], origins: ['https://www.example.com', 'http://localhost:3000'] })
})

test('a list has every key as a row, also beyond one page of the API', async () => {
  await stack.sql`
    insert into api_keys (id, hash, hint, kind, name, client_id, scopes, created_by)
    select gen_random_uuid(), sha256(i::text::bytea), 'lt_sk_0000…', 'secret', 'bulk ' || i, 'bulk', '{leads:read}', 'test'
    from generate_series(1, 501) i`
  const { keys: listed } = await json<{ keys: Key[] }>('list')
  const [row] = await stack.sql`select count(*)::int as keys from api_keys`
  expect(new Set(listed.map(({ id }) => id)).size).toBe(row?.keys)
  const { stdout } = await keys(['list'])
  const [title, ...rows] = stdout.trimEnd().split('\n')
  expect(title).toMatch(/^ID +KEY +STATE +CLIENT +NAME +EXPIRES +LAST USED +SCOPES OR ORIGINS$/)
  expect(rows).toHaveLength(row?.keys)
  await stack.sql`delete from api_keys where client_id = 'bulk'`
})

test('a rotated key is replaced by a new one, and a revoked one stays revoked', async () => {
  const { key } = await json<CreatedKey>(...NEW_KEY)
  const rotated = await json<RotatedKey>('rotate', key.id, '--overlap', '3600')
  expect(rotated).toMatchObject({ key: { name: key.name, expires_at: null }, old_key: { id: key.id, state: 'active' } })
  const { stdout } = await keys(['rotate', key.id, '--overlap', '0'])
  expect(kindOfKey(stdout.trim())).toBe('secret')
  expect((await keys(['rotate', key.id])).code).toBe(1)
  for (let i = 0; i < 2; i += 1) {
    expect(await keys(['revoke', rotated.key.id])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('revoked'),
    })
  }
})

describe('the exit code', () => {
  test.each<[what: string, args: string[], message: RegExp]>([
    ['an unknown command', ['forget'], /create, list, revoke, rotate/],
    ['an unknown option', ['list', '--all'], /--all/],
    ['no name', ['create', '--client', 'x', '--scope', 'leads:read'], /--name and --client/],
    ['no id', ['revoke'], /exactly one ID/],
    ['an invalid id', ['rotate', '../leads'], /ID must be/],
    ['an invalid overlap', ['rotate', randomUUID(), '--overlap', '1d'], /--overlap/],
    ['an option of a call with --bootstrap', ['create', '--bootstrap', '--name', 'x'], /--name/],
  ])('is 2 for %s, and the usage is shown', async (_what, args, message) => {
    const { code, stdout, stderr } = await leadtriage(['keys', ...args])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).toContain('npm run leadtriage -- keys create')
  })

  test('is 2 for an invalid URL or credential, which is not printed', async () => {
    expect((await leadtriage(['keys', 'list', '--url', 'ftp://127.0.0.1'])).code).toBe(2)
    const { code, stderr } = await keys(['list'], `${adminKey}\nX: y`)
    expect(code).toBe(2)
    expect(stderr).toContain('LEADTRIAGE_API_KEY is wrong')
    expect(stderr).not.toContain(adminKey.slice(6))
  })

  test('is 1 when intake refuses, with what is wrong', async () => {
    const invalid = await keys(['create', '--name', 'x', '--client', 'X', '--scope', 'leads:eat'])
    expect(invalid).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/client_id .*scopes\[0\]/) })
    expect(await keys(['revoke', randomUUID()])).toMatchObject({ code: 1, stderr: expect.stringContaining('exist') })
    for (const key of ['', (await json<CreatedKey>(...NEW_KEY)).text]) {
      expect(await keys(['list'], key)).toMatchObject({ code: 1, stderr: expect.stringContaining('keys:admin') })
    }
  })

  test('is 3 when intake is unreachable', async () => {
    const { code, stderr } = await leadtriage(['keys', 'list', '--url', 'http://127.0.0.1:1'])
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringMatching(/connection to http:\/\/127\.0\.0\.1:1/),
    })
  })

  test('is described by the help, each of them', async () => {
    const { code, stdout } = await leadtriage(['keys', '--help'])
    expect(code).toBe(0)
    for (const exitCode of Object.values(ExitCode)) expect(stdout).toMatch(new RegExp(`^  ${exitCode}  `, 'm'))
  })
})

describe('an import', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leadtriage-keys-'))
    await writeFile(join(folder, 'leads.csv'), 'note\nhello\n')
    await writeFile(join(folder, 'key'), `${adminKey}\n`)
  })
  afterAll(() => rm(folder, { recursive: true }))
  const importFile = (env: Record<string, string>) =>
    leadtriage(['import', join(folder, 'leads.csv'), '--key', randomUUID(), '--url', intake.url], env)

  test('uses the key of LEADTRIAGE_API_KEY or of a file', async () => {
    expect((await importFile({ LEADTRIAGE_API_KEY: adminKey })).code).toBe(0)
    expect((await importFile({ LEADTRIAGE_API_KEY_FILE: join(folder, 'key') })).code).toBe(0)
    expect(await importFile({})).toMatchObject({ code: 1, stdout: expect.stringContaining('unauthenticated') })
  })
})
