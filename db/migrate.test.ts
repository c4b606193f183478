import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import postgres from 'postgres'
import { afterAll, afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { useStack } from '../testkit/fixtures/stack.ts'
import { currentVersion, migrate, neededVersion } from './migrate.ts'

describe('migrate', () => {
  const { databaseUrl } = inject('servers')
  const admin = postgres(databaseUrl, { max: 1, onnotice: () => undefined })
  let url: string
  let sql: postgres.Sql

  beforeEach(async () => {
    const name = `migrate_${randomBytes(6).toString('hex')}`
    await admin.unsafe(`create database ${name}`)
    url = Object.assign(new URL(databaseUrl), { pathname: `/${name}` }).href
    sql = postgres(url, { max: 1, onnotice: () => undefined })
  })
  afterEach(async () => {
    await sql.end()
    // fails when a migration has left a connection open
    await admin.unsafe(`drop database ${new URL(url).pathname.slice(1)}`)
  })
  afterAll(() => admin.end())

  const history = () => sql`select version, run_at from schema_version order by version`
  const tables = async () =>
    (await sql`select tablename from pg_tables where schemaname = 'public'`).map(({ tablename }) => tablename)

  test('migrates an empty database to the version that the code needs', async () => {
    expect(await currentVersion(sql)).toBe(0)
    await migrate(url)
    expect(await currentVersion(sql)).toBe(neededVersion())
    expect(await tables()).toEqual(expect.arrayContaining(['leads', 'insights', 'dead_letters']))
  })

  test('changes nothing when run again, and keeps all rows', async () => {
    await migrate(url)
    await sql`insert into dead_letters (lead_id, generation, reason, error, attempts)
              values (gen_random_uuid(), 1, 'failed', 'x', 5)`
    const before = await history()
    await migrate(url)
    expect(await history()).toEqual(before)
    expect(await sql`select from dead_letters`).toHaveLength(1)
  })

  test('runs each migration once when ten processes start it concurrently', async () => {
    await Promise.all(Array.from({ length: 10 }, () => migrate(url)))
    const versions = (await history()).map(({ version }) => Number(version)).filter((version) => version > 0)
    const files = await readdir(new URL('./migrations/', import.meta.url))
    expect(versions).toEqual(files.map((file) => Number.parseInt(file, 10)).sort((a, b) => a - b))
  })

  test('does not touch a schema that is newer than the code', async () => {
    await migrate(url)
    await sql`insert into schema_version (version, name) values (${neededVersion() + 1}, 'from the future')`
    const before = await history()
    await migrate(url)
    expect(await history()).toEqual(before)
  })

  test('services that connect as the owner of the tables record audit events in their names', async () => {
    const owner = new URL(url).pathname.slice(1)
    await admin.unsafe(`create role ${owner} login password 'secret'; alter database ${owner} owner to ${owner}`)
    const ownerUrl = Object.assign(new URL(url), { username: owner, password: 'secret' }).href
    try {
      await migrate(ownerUrl) // not as a superuser, who is a member of every role
      const asOwner = postgres(ownerUrl, { max: 1, onnotice: () => undefined })
      await asOwner`select record_audit_event('triage', 'cli', 'dead_letters.redrive', 'dead_letters', '{}', null, null)`
      await asOwner.end()
      expect(await sql`select service from audit_events`).toEqual([{ service: 'triage' }])
    } finally {
      await sql.unsafe(`alter database ${owner} owner to current_user; drop owned by ${owner}; drop role ${owner}`)
    }
  })

  test('rejects when PostgreSQL is unreachable', async () => {
    await expect(migrate('postgres://user@127.0.0.1:1/none')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})

describe('the database user of each service', () => {
  const stack = useStack()
  const READ = ['SELECT']
  const WRITE = ['DELETE', 'INSERT', 'SELECT', 'UPDATE']

  /** Every privilege of each service on every table and view. */
  const GRANTS = {
    intake: {
      api_key_credentials: READ,
      api_keys: ['INSERT', 'SELECT', 'UPDATE'],
      audit_events: READ,
      dead_letters: READ,
      erased_leads: ['INSERT', 'SELECT'],
      erasure_gate: ['DELETE'],
      erasure_parts: READ,
      insights: READ,
      leads: WRITE,
      pending_erasures: ['DELETE', 'INSERT', 'SELECT'],
      rate_limits: WRITE,
      reconciliation: WRITE,
      schema_version: READ,
      session_credentials: READ,
      unsettled_leads: WRITE,
    },
    triage: {
      api_key_credentials: READ,
      dead_letters: WRITE,
      deferred_leads: READ,
      delivery_attempts: WRITE,
      erased_lead_ids: READ,
      erasure_gate: ['DELETE'],
      insights: ['DELETE', 'SELECT'], // and columns, see below
      model_spending: WRITE,
      rate_limits: WRITE,
      schema_version: READ,
      session_credentials: READ,
      suspects: WRITE,
      triage_erasures: ['DELETE', 'SELECT'],
    },
    insights: {
      api_key_credentials: READ,
      corrections: READ,
      erased_lead_ids: READ,
      erasure_gate: ['DELETE'],
      failed_leads: READ,
      insights: READ,
      lead_details: READ,
      lead_generations: READ,
      parked_leads: READ,
      pending_leads: READ,
      rate_limits: WRITE,
      recent_leads: READ,
      recorded_leads: READ,
      schema_version: READ,
      search_erasures: ['DELETE', 'SELECT'],
      search_postings: WRITE,
      search_progress: ['SELECT', 'UPDATE'],
      search_segments: WRITE,
      session_credentials: READ,
      sessions: WRITE,
      stats_by_hour: WRITE,
      stats_progress: WRITE,
      stats_stale_hours: WRITE,
      stats_unsettled: WRITE,
    },
  }

  test.each(Object.entries(GRANTS))('(%s) has exactly the privileges it needs', async (service, expected) => {
    const rows = await stack.sql`
      select c.relname as table, array_agg(p order by p) as rights
      from pg_class c,
           unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'm', 'p')
        and has_table_privilege(${`${service}_service`}, c.oid, p)
      group by c.relname order by c.relname`
    expect(Object.fromEntries(rows.map(({ table, rights }) => [table, rights]))).toEqual(expected)
  })

  const FORBIDDEN = {
    intake: [
      'select from corrections',
      'select erase_corrections(1)',
      "update insights set intent = 'spam'",
      'delete from dead_letters',
      'drop table leads',
      'select from sessions',
      'delete from erased_leads',
      'update erased_leads set erased_at = now()',
    ],
    triage: [
      'update insights set corrected_at = now()',
      "update insights set corrected_intent = 'spam'",
      'insert into insights (lead_id, corrected_at) values (gen_random_uuid(), now())',
      'select from corrections',
      'select erase_corrections(1)',
      'select from leads',
      'select from lead_generations',
      'truncate insights',
      'select from sessions',
      'select from erased_leads',
      'delete from pending_erasures',
    ],
    insights: ['select from leads', "update insights set intent = 'spam'", 'select error from dead_letters'],
  }

  test.each(Object.entries(FORBIDDEN))('(%s) is denied all other access', async (service, statements) => {
    const sql = postgres(stack.serviceUrls[service as keyof typeof FORBIDDEN], { max: 1 })
    try {
      for (const statement of [
        ...statements,
        'create table mine ()',
        'delete from api_keys',
        "update audit_events set actor = 'somebody'",
        'insert into audit_events default values',
        'delete from schema_version',
        'create role more',
      ]) {
        await expect(sql.unsafe(statement), statement).rejects.toMatchObject({ code: '42501' })
      }
    } finally {
      await sql.end()
    }
  })
})
