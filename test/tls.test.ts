import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import postgres from 'postgres'
import { Agent, fetch } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServiceName } from '../db/service-logins.ts'
import type { RunningProcess } from '../embedded/child-process.ts'
import { TriageService } from '../gen/leadtriage/triage/v1/triage_service_pb.ts'
import { eventually } from '../testkit/eventually.ts'
import { useCertificateFiles } from '../testkit/fixtures/certificate-files.ts'
import type { TlsServer } from '../testkit/servers/tls-servers.ts'
import { startTlsNats, startTlsPostgres } from '../testkit/servers/tls-servers.ts'
import { serviceEnv, startService, untilReady } from '../testkit/services/service.ts'
import { createAuthority } from '../testkit/tls/certificates.ts'

/* Everything over TLS: the servers refuse connections without it, and every certificate is verified. */

const { authority, caFile, files, write } = useCertificateFiles()
const strangerFile = write('stranger.crt', createAuthority().cert)
const dispatcher = new Agent({ connect: { ca: authority.cert } })
const PASSWORDS = { intake: 'a-of-intake', triage: 'a-of-triage', insights: 'a-of-insights' }
const running: RunningProcess[] = []
let directory: string
let database: TlsServer
let nats: TlsServer

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'leadtriage-tls-'))
  database = await startTlsPostgres(directory, authority.issue())
  nats = await startTlsNats(directory, authority.issue())
})
afterAll(async () => {
  for (const { pid } of running) process.kill(pid, 'SIGTERM')
  await Promise.all(running.map(({ exited }) => exited))
  await dispatcher.close()
  await Promise.all([database.stop(), nats.stop()])
  await rm(directory, { recursive: true })
})

const migrationJob = (env: Record<string, string>) => run(['db/migrate.ts'], env)
const cli = (args: readonly string[], env: Record<string, string>) => run(['cli/leadtriage.ts', ...args], env)

async function run(program: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, program, {
    env: { PATH: process.env.PATH, DATABASE_URL: database.url, ...env },
  })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { stdout, stderr, code: code as number }
}

async function start(name: ServiceName, env: Record<string, string> = {}) {
  const user = { username: `${name}_service`, password: PASSWORDS[name] }
  const databaseUrl = Object.assign(new URL(database.url), user).href
  const lines: string[] = []
  const service = await startService({
    name,
    env: {
      ...serviceEnv(name, { databaseUrl, natsUrl: nats.url }),
      ...{ MIGRATE_ON_START: 'false', DATABASE_CA_FILE: caFile, NATS_CA_FILE: caFile },
      ...{ TLS_CERT_FILE: files.cert, TLS_KEY_FILE: files.key },
      ...env,
    },
    onSpawn: (child) => running.push(child),
    onLine: (line) => lines.push(line),
  })
  return { ...service, lines }
}

async function readiness(url: string) {
  const response = await fetch(`${url}/readyz`, { dispatcher })
  return (await response.json()) as { status: string; checks: Record<string, string> }
}

test('the migration job verifies the server', async () => {
  expect(await migrationJob({ DATABASE_CA_FILE: strangerFile })).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('PostgreSQL was not accepted over TLS'),
  })
  const passwords = Object.entries(PASSWORDS).map(([name, password]) => [
    `${name.toUpperCase()}_DATABASE_PASSWORD`,
    password,
  ])
  const { code, stderr } = await migrationJob({ DATABASE_CA_FILE: caFile, ...Object.fromEntries(passwords) })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

test('the command that creates the first key verifies the server', async () => {
  const create = ['keys', 'create', '--bootstrap']
  const rejected = await cli(create, { DATABASE_CA_FILE: strangerFile })
  expect(rejected.code).not.toBe(0)
  expect(rejected.stderr).toContain('PostgreSQL was not accepted over TLS')
  expect(await cli(create, { DATABASE_CA_FILE: caFile })).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^lt_sk_/),
  })
})

test('a lead that is sent over https is triaged, and every connection is encrypted', async () => {
  const [intake, triage, insights] = await Promise.all([start('intake'), start('triage'), start('insights')])
  await Promise.all([intake, triage, insights].map((service) => untilReady(service, AbortSignal.timeout(20_000))))
  const created = await fetch(`${intake.url}/leads/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify({ note: 'Need urgent pricing for 50 seats' }),
    dispatcher,
  })
  expect(created.status).toBe(201)
  const { id } = (await created.json()) as { id: string }
  const insight = await fetch(`${insights.url}/leads/${id}/insight?wait=10s`, { dispatcher })
  expect(await insight.json()).toMatchObject({ lead_id: id, intent: 'buy' })
  const grpc = createGrpcTransport({ baseUrl: triage.url, nodeOptions: { ca: authority.cert } })
  expect((await createClient(TriageService, grpc).getQueue({})).pending).toBe(0n)

  const listed = await cli(['keys', 'list', '--url', intake.url], { NODE_EXTRA_CA_CERTS: caFile })
  expect(listed).toMatchObject({ code: 0, stderr: '' })

  const sql = postgres(database.url, { max: 1 })
  const connections = await sql<{ name: string; ssl: boolean }[]>`
    select distinct application_name as name, ssl from pg_stat_activity join pg_stat_ssl using (pid)
    where application_name like 'leadtriage%'`
  await sql.end()
  expect(connections.length).toBeGreaterThan(3) // the reconciler has its own
  expect(connections.filter(({ ssl }) => !ssl)).toEqual([])
})

test('a service with the wrong authority of PostgreSQL is not ready, and says why in its log', async () => {
  const intake = await start('intake', { DATABASE_CA_FILE: strangerFile })
  await eventually(async () => {
    const { status, checks } = await readiness(intake.url)
    return status === 'unready' && /^PostgreSQL was not accepted over TLS: \w+$/.test(checks.postgres ?? '')
  })
  expect(intake.lines.join('\n')).toContain('cannot connect to PostgreSQL over TLS; retrying')
})

test('a service with the wrong authority of NATS says why in its readiness and its log', async () => {
  const triage = await start('triage', { NATS_CA_FILE: strangerFile })
  await eventually(async () => {
    const { status, checks } = await readiness(triage.url)
    return status === 'unready' && /certificate/.test(checks.nats ?? '')
  })
  expect(triage.lines.some((line) => /NATS is unreachable; retrying/.test(line) && /certificate/.test(line))).toBe(true)
})

test.each([
  ['TLS_CERT_FILE', '/not/here', 'TLS_CERT_FILE=/not/here is wrong: the file cannot be read (ENOENT)'],
  ['DATABASE_CA_FILE', '/not/here', 'DATABASE_CA_FILE=/not/here is wrong: the file cannot be read (ENOENT)'],
  ['NATS_CA_FILE', '/not/here', 'NATS_CA_FILE=/not/here is wrong: the file cannot be read (ENOENT)'],
])('a service does not start with %s=%s', async (variable, path, message) => {
  await expect(start('insights', { [variable]: path })).rejects.toThrow(message)
  running.pop()
})
