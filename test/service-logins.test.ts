import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServiceName } from '../db/service-logins.ts'
import { createServiceLogins } from '../db/service-logins.ts'
import type { EmbeddedServer } from '../embedded/embedded-server.ts'
import { startPostgres } from '../embedded/postgres.ts'

// Users belong to the whole server and other test files use the same ones, hence a separate server.
let directory: string
let server: EmbeddedServer
let serverLog: () => Promise<string>

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'leadtriage-logins-'))
  server = await startPostgres({ dataDir: join(directory, 'postgres'), durable: false })
  const sql = postgres(server.url, { max: 1 })
  await sql`alter system set log_statement = 'all'`
  await sql`select pg_reload_conf()`
  await sql.end()
  serverLog = () => readFile(join(directory, 'postgres', 'postgres.log'), 'utf8')
})
afterAll(async () => {
  await server.stop()
  await rm(directory, { recursive: true })
})

/** Runs the migration job, as compose and Kubernetes do. */
async function migrationJob(env: Record<string, string>) {
  const child = spawn(process.execPath, ['db/migrate.ts'], {
    env: { PATH: process.env.PATH, DATABASE_URL: server.url, ...env },
  })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { stdout, stderr, code: code as number }
}

async function as<T>(service: ServiceName, password: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const url = Object.assign(new URL(server.url), { username: `${service}_service`, password }).href
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    return await work(sql)
  } finally {
    await sql.end()
  }
}

const whoAmI = async (sql: postgres.Sql) => (await sql`select current_user as name`)[0]?.name
const WRONG_PASSWORD = { code: '28P01' }
const NOT_ALLOWED = { code: '42501' }

test('the migration job creates the users whose passwords it gets, each with the permissions of its service only', async () => {
  const { code, stdout, stderr } = await migrationJob({
    INTAKE_DATABASE_PASSWORD: 'first-intake',
    TRIAGE_DATABASE_PASSWORD: 'first-triage',
    INSIGHTS_DATABASE_PASSWORD: `first-insights-'$$"\\`,
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(
    /^schema is at version \d+\nlogin of intake is set\nlogin of triage is set\nlogin of insights is set\n$/,
  )

  await as('intake', 'first-intake', async (sql) => {
    await sql`insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash)
              values (gen_random_uuid(), 'test', gen_random_uuid(), '', 'note', '')`
    await expect(sql`delete from insights`).rejects.toMatchObject(NOT_ALLOWED)
  })
  await as('triage', 'first-triage', async (sql) => {
    await sql`delete from insights`
    await expect(sql`update insights set corrected_intent = 'spam'`).rejects.toMatchObject(NOT_ALLOWED)
    await expect(sql`select from corrections`).rejects.toMatchObject(NOT_ALLOWED)
    await expect(sql`select note from leads`).rejects.toMatchObject(NOT_ALLOWED)
  })
  await as('insights', `first-insights-'$$"\\`, async (sql) => {
    expect(await sql`select from lead_generations`).toHaveLength(1)
    expect(await sql`select from corrections`).toHaveLength(0)
    await expect(sql`update insights set corrected_intent = 'spam'`).rejects.toMatchObject(NOT_ALLOWED)
    await expect(sql`delete from corrections`).rejects.toMatchObject(NOT_ALLOWED)
    await expect(sql`update corrections set intent = 'spam'`).rejects.toMatchObject(NOT_ALLOWED)
    await expect(sql`select note from leads`).rejects.toMatchObject(NOT_ALLOWED)
  })
  await expect(as('intake', 'first-triage', whoAmI)).rejects.toMatchObject(WRONG_PASSWORD)
})

test('a new password replaces the old one of its service only, and closes no connection', async () => {
  await as('intake', 'first-intake', async (sql) => {
    await whoAmI(sql)
    expect(await migrationJob({ INTAKE_DATABASE_PASSWORD: 'second-intake' })).toMatchObject({ code: 0 })
    expect(await whoAmI(sql)).toBe('intake_service')
  })
  await expect(as('intake', 'first-intake', whoAmI)).rejects.toMatchObject(WRONG_PASSWORD)
  expect(await as('intake', 'second-intake', whoAmI)).toBe('intake_service')
  expect(await as('triage', 'first-triage', whoAmI)).toBe('triage_service')
})

test('concurrent jobs succeed', async () => {
  const jobs = Array.from({ length: 4 }, () => createServiceLogins(server.url))
  const urls = await Promise.all(jobs)
  expect(urls).toHaveLength(4)
})

test('passwords appear neither in the output of the job nor in the log of the server', async () => {
  const { stdout, stderr } = await migrationJob({ TRIAGE_DATABASE_PASSWORD: 'a-secret-word' })
  const log = await serverLog()
  expect(log).toContain('alter role triage_service') // log_statement is on
  expect(stdout + stderr + log).not.toMatch(/a-secret-word|first-|second-/)
})

test('an invalid password is rejected before any change, with the name of its variable and without its value', async () => {
  const { code, stdout, stderr } = await migrationJob({ INTAKE_DATABASE_PASSWORD: 'päss word' })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toBe(
    '1 setting is wrong:\n  INTAKE_DATABASE_PASSWORD is wrong: it must consist of ASCII characters without spaces\n',
  )
})

test('the migration job reads its secrets from files too', async () => {
  const file = async (name: string, content: string) => {
    await writeFile(join(directory, name), content)
    return join(directory, name)
  }
  const { code, stdout, stderr } = await migrationJob({
    DATABASE_URL: '',
    DATABASE_URL_FILE: await file('url', `${server.url}\n`),
    TRIAGE_DATABASE_PASSWORD_FILE: await file('password', 'from-a-file\n'),
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('login of triage is set')
  expect(await as('triage', 'from-a-file', whoAmI)).toBe('triage_service')
})
