import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import postgres from 'postgres'
import type { ServiceName } from '../../db/service-logins.ts'
import { generateKey, hashOfKey, hintOfKey, type KeyKind } from '../../lib/auth/api-key.ts'
import { eventually } from '../../testkit/eventually.ts'
import type { Servers } from '../../testkit/servers/servers.ts'
import { createLauncher, logFileOf } from '../../testkit/services/launcher.ts'
import type { Service } from '../../testkit/services/service.ts'
import type { Ledger, StoredLead } from './ledger.ts'

/** The product under test: processes with their own database and NATS namespace. */
export interface Target {
  /** Without authentication. */
  readonly services: Readonly<Record<ServiceName, TargetService>>
  /** With authentication, and without a limit for invalid credentials. */
  readonly guarded: Readonly<Record<'intake' | 'insights', TargetService>>
  /** All of these, by a name for reports. */
  readonly processes: Readonly<Record<string, TargetService>>
  /** Ids of leads in states that take long to reach through the API. */
  readonly seeded: {
    readonly dead: string
    readonly parked: string
    readonly triaged: string
    readonly erased: string
  }
  readonly keys: SeededKeys
  /** How processes exited without being stopped, or with an error when stopped. */
  readonly unexpectedExits: readonly string[]
  storedLeads(): Promise<StoredLead[]>
  /** The `error` column of all dead letters. */
  deadLetterErrors(): Promise<string[]>
  /** Stops the processes. A nonzero exit is added to {@link unexpectedExits}. */
  stop(): Promise<void>
}

interface SeededKeys {
  /** A secret key with the scopes leads:read and insights:read. */
  readonly secret: string
  /** A publishable key for pages of {@link ORIGIN}. */
  readonly publishable: string
  /** Ids of a key that cases may rotate, and of one that is revoked. */
  readonly spareId: string
  readonly revokedId: string
}
/** The origin of {@link SeededKeys.publishable}. */
export const ORIGIN = 'https://www.example.com'

interface TargetService {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Receives its standard output and standard error. */
  readonly logFile: string
}

const SEEDED_NOTE = 'We need a quote for 20 licences of the Pro plan.'

export async function startTarget(servers: Servers, name: string, logDir: string, ledger: Ledger): Promise<Target> {
  const { ownerUrl, serviceUrls } = await servers.createDatabase(name)
  await mkdir(logDir, { recursive: true })
  const launcher = createLauncher({
    namespace: name,
    databaseUrls: serviceUrls,
    natsUrl: servers.nats.url,
    logDir,
    mark: servers.scratchDir,
    env: { LOG_LEVEL: 'debug' },
    nodeArgs: ['--inspect=127.0.0.1:0'], // to measure memory after a garbage collection
    signal: AbortSignal.timeout(30_000),
  })
  const launch = async (
    service: ServiceName,
    number = 0,
    env: NodeJS.ProcessEnv = {},
  ): Promise<Service & TargetService> => {
    const logFile = logFileOf({ logDir, label: name }, service, number)
    await rm(logFile, { force: true }) // left by an earlier run with the same seed
    const started = await launcher.startReady(service, number, env)
    return { ...started, port: Number(new URL(started.url).port), logFile }
  }
  const sql = postgres(ownerUrl, { max: 2, onnotice: () => undefined })
  try {
    const keys = await seedKeys(sql)
    const guard = { AUTH: 'on', LIMIT_FAILED_CREDENTIALS: 'off' }
    const [intake, triage, insights, guardedIntake, guardedInsights] = await Promise.all([
      launch('intake'),
      launch('triage'),
      launch('insights'),
      launch('intake', 1, guard),
      launch('insights', 1, guard),
    ])
    let unexpectedExits = launcher.crashes
    return {
      services: { intake, triage, insights },
      guarded: { intake: guardedIntake, insights: guardedInsights },
      processes: { intake, triage, insights, 'guarded intake': guardedIntake, 'guarded insights': guardedInsights },
      keys,
      get unexpectedExits() {
        return unexpectedExits
      },
      seeded: await seedLeads(sql, intake.url, ledger),
      storedLeads: async () => [
        ...(await sql<StoredLead[]>`select idempotency_key as key, email, phone, name, note, source from leads`),
      ],
      deadLetterErrors: async () =>
        (await sql<{ error: string }[]>`select error from dead_letters`).map((r) => r.error),
      stop: async () => {
        unexpectedExits = await launcher.stopAll()
        await sql.end()
        await servers.dropDatabase(name)
      },
    }
  } catch (error) {
    await launcher.killAll()
    await sql.end()
    throw error
  }
}

async function seedKeys(sql: postgres.Sql): Promise<SeededKeys> {
  const store = async (kind: KeyKind, scopes: string[], row: object = {}) => {
    const [id, text] = [randomUUID(), generateKey(kind)]
    const key = { id, hash: hashOfKey(text), hint: hintOfKey(text), kind, name: 'key', client_id: 'tests', scopes }
    await sql`insert into api_keys ${sql({ ...key, created_by: 'tests', ...row })}`
    return { id, text }
  }
  return {
    secret: (await store('secret', ['leads:read', 'insights:read'])).text,
    publishable: (await store('publishable', ['leads:write'], { origins: [ORIGIN] })).text,
    spareId: (await store('secret', ['leads:read'])).id,
    revokedId: (await store('secret', ['leads:read'], { revoked_at: new Date() })).id,
  }
}

/** Stores four leads, erases one, and gives two of them dead letters that the reconciler does not touch. */
async function seedLeads(sql: postgres.Sql, intakeUrl: string, ledger: Ledger) {
  const store = async () => {
    const lead = { email: null, phone: null, name: null, note: SEEDED_NOTE, source: null }
    const key = randomUUID()
    ledger.recordValid('seeded', key, lead)
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const response = await fetch(`${intakeUrl}/leads/`, { method: 'POST', headers, body: JSON.stringify(lead) })
    if (response.status !== 201) throw new Error(`POST /leads/ returned ${response.status} for a valid lead`)
    ledger.acknowledge(key)
    return { key, id: ((await response.json()) as { id: string }).id }
  }
  const [{ id: dead }, { id: parked }, { id: triaged }, erased] = [
    await store(),
    await store(),
    await store(),
    await store(),
  ]
  await fetch(`${intakeUrl}/leads/${erased.id}`, { method: 'DELETE' })
  ledger.recordErased(erased.key)
  const fail = async (id: string, reason: string, retryAt: Date | null) => {
    // an insight that triage stores later would delete the dead letter, so the dead letter has a later generation
    await sql`update leads set generation = 1000 where id = ${id}`
    await sql`delete from insights where lead_id = ${id}`
    await sql`insert into dead_letters (lead_id, generation, reason, error, attempts, retry_at)
              values (${id}, 1000, ${reason}, 'seeded', 5, ${retryAt})
              on conflict (lead_id) do nothing`
  }
  await untilTriaged(sql, [dead, parked, triaged])
  await fail(dead, 'failed', null)
  await fail(parked, 'parked', new Date(Date.now() + 7 * 86_400_000))
  return { dead, parked, triaged, erased: erased.id }
}

async function untilTriaged(sql: postgres.Sql, ids: string[]): Promise<void> {
  const areTriaged = async () => {
    const [row] = await sql<{ count: number }[]>`select count(*)::int from insights where lead_id = any(${ids})`
    return row?.count === ids.length
  }
  const otherwise = 'the seeded leads were not triaged within 30 s'
  await eventually(areTriaged, { timeoutMs: 30_000, intervalMs: 50, otherwise })
}
