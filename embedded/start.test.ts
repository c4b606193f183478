/* `npm start` as a person sees it: the starter is a process, told what to do by arguments, environment and signals. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { nonEphemeralPort } from '../testkit/ports.ts'
import { stopLeftoverNats } from './nats.ts'
import { stopLeftoverPostgres } from './postgres.ts'
import { commandLine } from './processes.ts'
import { PROJECT_ROOT } from './settings.ts'
import { waitUntil } from './wait-until.ts'

const START = path.join(PROJECT_ROOT, 'embedded', 'start.ts')
const TIMEOUT_MS = 60_000

let compileCache: string // one for all: only the first start pays for it
let folder: string
let env: NodeJS.ProcessEnv
let starters: Starter[]

beforeAll(async () => {
  compileCache = await mkdtemp(path.join(os.tmpdir(), 'leadtriage-test-'))
})
afterAll(() => rm(compileCache, { recursive: true }))

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'leadtriage-test-'))
  const [intake, triage, insights] = await Promise.all([nonEphemeralPort(), nonEphemeralPort(), nonEphemeralPort()])
  const { DATABASE_URL, NATS_URL, HOST, ...rest } = process.env
  env = {
    ...rest,
    DATA_DIR: folder,
    NODE_COMPILE_CACHE: compileCache,
    INTAKE_PORT: String(intake),
    TRIAGE_PORT: String(triage),
    INSIGHTS_PORT: String(insights),
  }
  starters = []
})
afterEach(async () => {
  for (const { child, ended } of starters) {
    child.kill('SIGINT')
    await ended
  }
  // a test that fails after it killed its starter must not leave the servers behind
  await stopLeftoverNats(path.join(folder, 'nats'), () => undefined)
  await stopLeftoverPostgres(path.join(folder, 'postgres'), () => undefined)
  await rm(folder, { recursive: true })
})

describe('npm start', { timeout: 2 * TIMEOUT_MS }, () => {
  it('triages a lead, keeps it over a restart, forgets it with --fresh, and leaves no process behind', async () => {
    const first = await startUp()
    const lead = await sendLead()
    const insight = await fetch(`${url('INSIGHTS_PORT')}/leads/${lead.id}/insight?wait=5s`)
    expect(await insight.json()).toMatchObject({
      lead_id: lead.id,
      intent: 'buy',
      priority: expect.stringMatching(/P[01]/),
    })
    const processes = await runningProcesses()
    expect(await stillThere(processes)).toEqual(processes)
    first.child.kill('SIGINT')
    expect(await first.ended).toEqual([0, null])
    expect(await stillThere(processes)).toEqual([])
    expect(await readdir(folder)).not.toContain('lock')

    const second = await startUp()
    expect((await fetch(`${url('INTAKE_PORT')}/leads/${lead.id}`)).status).toBe(200)
    const { pid } = processes.find(({ name }) => name === 'intake') as Seen
    expect(await readFile(path.join(folder, 'logs/intake.log'), 'utf8')).toContain(`"pid":${pid},`)
    second.child.kill('SIGTERM')
    expect(await second.ended).toEqual([0, null])

    await startUp('--fresh')
    expect((await fetch(`${url('INTAKE_PORT')}/leads/${lead.id}`)).status).toBe(404)
  })

  it('goes on after its starter was killed, whose services end by themselves', async () => {
    const first = await startUp()
    const lead = await sendLead()
    const services = (await runningProcesses()).filter(({ name }) => !['postgres', 'nats-server'].includes(name))
    expect(services.length).toBe(3)
    first.child.kill('SIGKILL')
    const allEnded = async () => ((await stillThere(services)).length === 0 ? true : undefined)
    expect(await waitUntil(allEnded, { timeoutMs: TIMEOUT_MS })).toBe(true)

    const second = await startUp()
    expect(second.output()).toMatch(/an earlier run left it running/)
    expect((await fetch(`${url('INTAKE_PORT')}/leads/${lead.id}`)).status).toBe(200)
  })

  it('starts a service again that was killed', async () => {
    const starter = await startUp()
    const killed = (await runningProcesses()).find(({ name }) => name === 'intake')
    process.kill(killed?.pid as number, 'SIGKILL')
    await starter.says('intake ended (SIGKILL): starting it again')
    const isReady = () =>
      fetch(`${url('INTAKE_PORT')}/readyz`).then(
        (answer) => answer.ok || undefined,
        () => undefined,
      )
    expect(await waitUntil(isReady, { timeoutMs: TIMEOUT_MS })).toBe(true)
  })

  it('refuses a data folder that another one uses, and says which process that is', async () => {
    const first = await startUp()
    const second = await toItsEnd()
    expect(second).toMatchObject({ code: 1 })
    expect(second.output).toContain(`(process ${first.child.pid})`)
  })

  it('names every port that is taken and starts nothing', async () => {
    const other = createServer().listen(Number(env.TRIAGE_PORT), '127.0.0.1')
    await once(other, 'listening')
    try {
      const { code, output } = await toItsEnd()
      expect(code).toBe(1)
      expect(output).toContain(`triage: port ${env.TRIAGE_PORT} on 127.0.0.1 is taken`)
      expect(output).toMatch(/TRIAGE_PORT=\d+ npm start/)
      expect(await readdir(folder)).not.toContain('postgres')
    } finally {
      other.close()
    }
  })

  it('names every wrong setting at once', async () => {
    Object.assign(env, { INTAKE_PORT: '0', DATABASE_URL: 'mysql://here', NATS_URL: 'here' })
    const { code, output } = await toItsEnd()
    expect(code).toBe(1)
    for (const name of ['INTAKE_PORT=0', 'DATABASE_URL', 'NATS_URL']) expect(output).toContain(name)
  })

  it('answers an unknown option with its usage and exit code 2', async () => {
    const { code, output } = await toItsEnd('--frehs')
    expect(code).toBe(2)
    expect(output).toMatch(/--frehs is not an option[\s\S]*--fresh/)
  })
})

interface Starter {
  readonly child: ChildProcess
  readonly ended: Promise<unknown[]>
  readonly output: () => string
  readonly says: (text: string) => Promise<void>
}

function start(...args: string[]): Starter {
  const child = spawn(process.execPath, [START, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'exit')
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  const says = async (wanted: string) => {
    const probe = () => (text.includes(wanted) ? 'said' : child.exitCode === null ? undefined : 'ended')
    if ((await waitUntil(probe, { timeoutMs: TIMEOUT_MS })) !== 'said') throw new Error(`not said: ${wanted}\n${text}`)
  }
  const starter = { child, ended, output: () => text, says }
  starters.push(starter)
  return starter
}

async function startUp(...args: string[]): Promise<Starter> {
  const starter = start(...args)
  await starter.says('Ctrl-C stops everything')
  return starter
}

async function toItsEnd(...args: string[]): Promise<{ code: unknown; output: string }> {
  const { ended, child, output } = start(...args)
  const [[code]] = await Promise.all([ended, once(child, 'close')])
  return { code, output: output() }
}

function url(variable: string): string {
  return `http://127.0.0.1:${env[variable]}`
}

async function sendLead(): Promise<{ id: string }> {
  const answer = await fetch(`${url('INTAKE_PORT')}/leads/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify({ note: 'Need urgent pricing for 50 seats ASAP! Want to buy next week.' }),
  })
  expect(answer.status).toBe(201)
  return (await answer.json()) as { id: string }
}

interface Seen {
  readonly name: string
  readonly pid: number
}

/** The five processes of the starter that runs on `folder`, as their pid files and logs tell. */
async function runningProcesses(): Promise<Seen[]> {
  const places = {
    postgres: 'postgres/cluster/postmaster.pid',
    'nats-server': 'nats/nats-server.pid',
    intake: 'logs/intake.log',
    triage: 'logs/triage.log',
    insights: 'logs/insights.log',
  }
  return Promise.all(
    Object.entries(places).map(async ([name, file]) => {
      const text = await readFile(path.join(folder, file), 'utf8')
      // a log goes on with what earlier starts have written
      return { name, pid: Number([...text.matchAll(/^(?:.*"pid":)?(\d+)/gm)].at(file.endsWith('.log') ? -1 : 0)?.[1]) }
    }),
  )
}

async function stillThere(seen: readonly Seen[]): Promise<Seen[]> {
  const checks = await Promise.all(seen.map(async (one) => ((await commandLine(one.pid)) ? [one] : [])))
  return checks.flat()
}
