import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { beforeEach, describe, expect, test } from 'vitest'
import { generateKey, hashOfKey, hintOfKey } from '../lib/auth/api-key.ts'
import { ALL_SCOPES } from '../lib/auth/scopes.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { storeBootstrapKey } from './bootstrap-key.ts'

const stack = useStack()
beforeEach(() => stack.sql`truncate api_keys, audit_events`)

const store = (key: string, unless: 'any' | 'keys-admin' | 'never') =>
  storeBootstrapKey(stack.ownerUrl, { text: key, by: 'cli', unless })
const storedKeys = () =>
  stack.sql`select hash, hint, kind, name, client_id, scopes, origins, created_by, expires_at from api_keys`

test('the first key has all scopes and an audit event', async () => {
  const key = generateKey('secret')
  expect(await store(key, 'any')).toBe(true)
  expect(await storedKeys()).toEqual([
    {
      hash: hashOfKey(key),
      hint: hintOfKey(key),
      kind: 'secret',
      name: 'Bootstrap key',
      client_id: 'admin',
      scopes: [...ALL_SCOPES],
      origins: [],
      created_by: 'cli',
      expires_at: null,
    },
  ])
  expect(await stack.sql`select service, actor, action, target, address from audit_events`).toEqual([
    {
      service: 'cli',
      actor: 'cli',
      action: 'keys.create',
      target: `key:${(await stack.sql`select id from api_keys`)[0]?.id}`,
      address: null,
    },
  ])
})

test.each([
  ['an active key', {}, { any: false, 'keys-admin': false }],
  ['an active key without keys:admin', { scopes: ['leads:write'] }, { any: false, 'keys-admin': true }],
  ['a revoked key', { revoked_at: new Date() }, { any: false, 'keys-admin': true }],
  ['an expired key', { expires_at: new Date(Date.now() - 1_000) }, { any: false, 'keys-admin': true }],
  ['a key that expires later', { expires_at: new Date(Date.now() + 60_000) }, { any: false, 'keys-admin': false }],
])('where %s exists, another is stored only if the condition permits it', async (_what, row, expected) => {
  const key = generateKey('secret')
  for (const unless of ['any', 'keys-admin', 'never'] as const) {
    await stack.sql`truncate api_keys, audit_events`
    await store(key, 'never')
    await stack.sql`update api_keys set ${stack.sql({ created_by: 'test', ...row })}`
    const isExpected = unless === 'never' || expected[unless]
    expect({ [unless]: await store(generateKey('secret'), unless) }).toEqual({ [unless]: isExpected })
    expect(await storedKeys()).toHaveLength(isExpected ? 2 : 1)
    expect(await stack.sql`select from audit_events`).toHaveLength(isExpected ? 2 : 1)
  }
})

test('of concurrent first keys one is stored', async () => {
  // each insert takes so long that without a lock none would see another
  await stack.sql.unsafe(`
    create function linger() returns trigger language plpgsql as $$ begin perform pg_sleep(0.3); return new; end $$;
    create trigger lingers before insert on api_keys for each row execute function linger()`)
  const results = await Promise.all(Array.from({ length: 4 }, () => store(generateKey('secret'), 'keys-admin')))
  await stack.sql`drop function linger cascade`
  expect(results.filter((stored) => stored)).toHaveLength(1)
  expect(await storedKeys()).toHaveLength(1)
})

describe('the migration job', () => {
  async function migrationJob(key: string) {
    const child = spawn(process.execPath, ['db/migrate.ts'], {
      env: { PATH: process.env.PATH, DATABASE_URL: stack.ownerUrl, BOOTSTRAP_API_KEY: key },
    })
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    return { output: stdout + stderr, code: code as number }
  }

  test('stores BOOTSTRAP_API_KEY if there has never been a key, and does not print it', async () => {
    const key = generateKey('secret')
    const first = await migrationJob(key)
    expect(first).toEqual({ code: 0, output: expect.stringContaining('BOOTSTRAP_API_KEY is stored\n') })
    expect(await storedKeys()).toMatchObject([{ hash: hashOfKey(key), client_id: 'admin', created_by: 'migrate' }])
    await stack.sql`update api_keys set revoked_at = now()`
    const second = await migrationJob(key)
    expect(second).toEqual({ code: 0, output: expect.stringContaining('BOOTSTRAP_API_KEY is ignored') })
    expect(await storedKeys()).toHaveLength(1)
    expect(first.output + second.output).not.toContain(key.slice(6))
  })

  test.each([
    ['incomplete', generateKey('secret').slice(0, -1)],
    ['publishable', generateKey('publishable')],
  ])('fails on a key that is %s, and does not print it', async (_what, key) => {
    const { code, output } = await migrationJob(key)
    expect(code).toBe(1)
    expect(output).toMatch(/BOOTSTRAP_API_KEY is wrong: it must be a complete secret key/)
    expect(output).not.toContain(key.slice(6, 20))
    expect(await storedKeys()).toEqual([])
  })

  test('without a key stores none', async () => {
    expect(await migrationJob('')).toEqual({ code: 0, output: expect.stringMatching(/^schema is at version \d+\n$/) })
    expect(await storedKeys()).toEqual([])
  })
})
