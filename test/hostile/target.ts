import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import postgres from 'postgres'
import type { ServiceName } from '../../db/service-logins.ts'
import type { RunningProcess } from '../../embedded/child-process.ts'
import { trySignal } from '../../embedded/processes.ts'
import type { Servers } from '../../testkit/processes/servers.ts'
import type { Service } from '../../testkit/processes/service.ts'
import { startService, untilReady } from '../../testkit/processes/service.ts'
import type { Ledger, StoredLead } from './ledger.ts'

/** The product under test: three processes with their own database and NATS namespace. */
export interface Target {
  readonly services: Readonly<Record<ServiceName, TargetService>>
  /** Leads in states that take long to reach through the API. */
  readonly seeded: { readonly dead: string; readonly parked: string; readonly triaged: string }
  /** How processes exited without being stopped, or with an error when stopped. */
  readonly unexpectedExits: readonly string[]
  storedLeads(): Promise<StoredLead[]>
  /** The `error` column of all dead letters. */
  deadLetterErrors(): Promise<string[]>
  /** Stops the processes. A nonzero exit is added to {@link unexpectedExits}. */
  stop(): Promise<void>
}

interface TargetService {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Receives its standard output and standard error. */
  readonly logFile: string
}

const NAMES = ['intake', 'triage', 'insights'] as const
const SEEDED_NOTE = 'We need a quote for 20 licences of the Pro plan.'

export async function startTarget(servers: Servers, name: string, logDir: string, ledger: Ledger): Promise<Target> {
  const { ownerUrl, serviceUrls } = await servers.createDatabase(name)
  await mkdir(logDir, { recursive: true })
  const processes: RunningProcess[] = []
  const launch = async (service: ServiceName): Promise<Service & TargetService> => {
    const logFile = join(logDir, `${name}-${service}.log`)
    await rm(logFile, { force: true }) // left by an earlier run with the same seed
    const started = await startService({
      name: service,
      nodeArgs: ['--inspect=127.0.0.1:0'], // to measure memory after a garbage collection
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: serviceUrls[service],
        NATS_URL: servers.nats.url,
        NATS_NAMESPACE: name,
        LOG_LEVEL: 'debug',
        [`${service.toUpperCase()}_PORT`]: '0',
      },
      mark: servers.scratchDir,
      logFile,
      onSpawn: (process) => processes.push(process),
    })
    await untilReady(started, AbortSignal.timeout(30_000))
    return { ...started, port: Number(new URL(started.url).port), logFile }
  }
  const killAll = () => processes.forEach(({ pid }) => void trySignal(pid, 'SIGKILL'))
  const sql = postgres(ownerUrl, { max: 2, onnotice: () => undefined })
  try {
    const [intake, triage, insights] = await Promise.all(NAMES.map(launch))
    if (!intake || !triage || !insights) throw new Error('a service is missing')
    const running = [intake, triage, insights]
    const unexpectedExits: string[] = []
    let stopping = false
    for (const [index, { exited }] of running.entries()) {
      void exited.then(({ code, signal }) => {
        if (!stopping || code !== 0) unexpectedExits.push(`${NAMES[index]} exited with ${signal ?? code}`)
      })
    }
    return {
      services: { intake, triage, insights },
      unexpectedExits,
      seeded: await seedLeads(sql, intake.url, ledger),
      storedLeads: async () => [
        ...(await sql<StoredLead[]>`select idempotency_key as key, email, phone, name, note, source from leads`),
      ],
      deadLetterErrors: async () =>
        (await sql<{ error: string }[]>`select error from dead_letters`).map((r) => r.error),
      stop: async () => {
        stopping = true
        await Promise.all(running.map((service) => service.stop()))
        await Promise.all(running.map((service) => service.exited))
        await sql.end()
        await servers.dropDatabase(name)
      },
    }
  } catch (error) {
    killAll()
    await sql.end()
    throw error
  }
}

/** Stores three leads and gives two of them dead letters that the reconciler does not touch. */
async function seedLeads(sql: postgres.Sql, intakeUrl: string, ledger: Ledger) {
  const store = async () => {
    const lead = { email: null, phone: null, name: null, note: SEEDED_NOTE, source: null }
    const key = randomUUID()
    ledger.recordValid('seeded', key, lead)
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const response = await fetch(`${intakeUrl}/leads/`, { method: 'POST', headers, body: JSON.stringify(lead) })
    if (response.status !== 201) throw new Error(`POST /leads/ returned ${response.status} for a valid lead`)
    ledger.acknowledge(key)
    return ((await response.json()) as { id: string }).id
  }
  const [dead, parked, triaged] = [await store(), await store(), await store()]
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
  return { dead, parked, triaged }
}

async function untilTriaged(sql: postgres.Sql, ids: string[]): Promise<void> {
  for (const deadline = performance.now() + 30_000; performance.now() < deadline; ) {
    const [row] = await sql<{ count: number }[]>`select count(*)::int from insights where lead_id = any(${ids})`
    if (row?.count === ids.length) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('the seeded leads were not triaged within 30 s')
}
