/* `npm start` from the outside: a process with arguments, environment variables and signals. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { useStack } from '../testkit/fixtures/stack.ts'
import { nonEphemeralPort } from '../testkit/ports.ts'
import { stopLeftoverNats } from './nats.ts'
import { stopLeftoverPostgres } from './postgres.ts'
import { commandLine } from './processes.ts'
import { PROJECT_ROOT } from './settings.ts'
import { waitUntil } from './wait-until.ts'

const START = path.join(PROJECT_ROOT, 'embedded', 'start.ts')
const TIMEOUT_MS = 60_000

const stack = useStack()

let compileCache: string // shared, so that only the first start fills it
let folder: string
let env: NodeJS.ProcessEnv
let runs: Run[]

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
  runs = []
})
afterEach(async () => {
  for (const { child, exited } of runs) {
    child.kill('SIGINT')
    await exited
  }
  // a test that fails after it has killed `npm start` must not leave the servers running
  await stopLeftoverNats(path.join(folder, 'nats'), () => undefined)
  await stopLeftoverPostgres(path.join(folder, 'postgres'), () => undefined)
  await rm(folder, { recursive: true })
})

describe('npm start', { timeout: 2 * TIMEOUT_MS }, () => {
  it('triages a lead, keeps it over a restart, removes it with --fresh, and leaves no process running', async () => {
    const first = await startUp()
    const lead = await sendLead()
    const insight = await fetch(`${url('INSIGHTS_PORT')}/leads/${lead.id}/insight?wait=5s`)
    expect(await insight.json()).toMatchObject({
      lead_id: lead.id,
      intent: 'buy',
      priority: expect.stringMatching(/P[01]/),
    })
    const processes = await runningProcesses()
    expect(await stillRunning(processes)).toEqual(processes)
    first.child.kill('SIGINT')
    expect(await first.exited).toEqual([0, null])
    expect(await stillRunning(processes)).toEqual([])
    expect(await readdir(folder)).not.toContain('lock')

    const second = await startUp()
    expect((await fetch(`${url('INTAKE_PORT')}/leads/${lead.id}`)).status).toBe(200)
    const { pid } = processes.find(({ name }) => name === 'intake') as ChildInfo
    expect(await readFile(path.join(folder, 'logs/intake.log'), 'utf8')).toContain(`"pid":${pid},`)
    second.child.kill('SIGTERM')
    expect(await second.exited).toEqual([0, null])

    await startUp('--fresh')
    expect((await fetch(`${url('INTAKE_PORT')}/leads/${lead.id}`)).status).toBe(404)
  })

  it('with AUTH=on it prints an API key with which calls succeed, and none at the next start', async () => {
    env.AUTH = 'on'
    const first = await startUp()
    const [key = ''] = /lt_sk_[0-9a-f]+_[0-9a-f]+/.exec(first.output()) ?? []
    const read = (headers: Record<string, string>) =>
      fetch(`${url('INTAKE_PORT')}/leads/${randomUUID()}`, { headers }).then(({ status }) => status)
    expect(await read({})).toBe(401)
    expect(await read({ authorization: `Bearer ${key}` })).toBe(404)
    first.child.kill('SIGINT')
    await first.exited

    const second = await startUp()
    expect(second.output()).not.toMatch(/lt_sk_[0-9a-f]/)
    expect(await read({ authorization: `Bearer ${key}` })).toBe(404)
  })

  it('when it is killed, its services stop, and the next start uses its data', async () => {
    const first = await startUp()
    const lead = await sendLead()
    const services = (await runningProcesses()).filter(({ name }) => !['postgres', 'nats-server'].includes(name))
    expect(services.length).toBe(3)
    first.child.kill('SIGKILL')
    const allExited = async () => ((await stillRunning(services)).length === 0 ? true : undefined)
    expect(await waitUntil(allExited, { timeoutMs: TIMEOUT_MS })).toBe(true)

    const second = await startUp()
    expect(second.output()).toMatch(/left running by an earlier run/)
    expect((await fetch(`${url('INTAKE_PORT')}/leads/${lead.id}`)).status).toBe(200)
  })

  it('restarts a service that was killed', async () => {
    const run = await startUp()
    const killed = (await runningProcesses()).find(({ name }) => name === 'intake')
    process.kill(killed?.pid as number, 'SIGKILL')
    await run.prints('intake exited (SIGKILL): restarting it')
    const isReady = () =>
      fetch(`${url('INTAKE_PORT')}/readyz`).then(
        (response) => response.ok || undefined,
        () => undefined,
      )
    expect(await waitUntil(isReady, { timeoutMs: TIMEOUT_MS })).toBe(true)
  })

  it('rejects a data folder that is in use, with the pid of the process that uses it', async () => {
    const first = await startUp()
    const second = await runToExit()
    expect(second).toMatchObject({ code: 1 })
    expect(second.output).toContain(`(process ${first.child.pid})`)
  })

  it('uses the servers whose URLs are in the files of DATABASE_URL_FILE and NATS_URL_FILE', async () => {
    const files = { DATABASE_URL_FILE: path.join(folder, 'database'), NATS_URL_FILE: path.join(folder, 'nats-url') }
    await writeFile(files.DATABASE_URL_FILE, `${stack.ownerUrl}\n`)
    await writeFile(files.NATS_URL_FILE, `${stack.natsUrl}\n`)
    Object.assign(env, files, { NATS_NAMESPACE: stack.namespace })
    await startUp()
    const { id } = await sendLead()
    expect(await stack.sql`select from leads where id = ${id}`).toHaveLength(1)
    expect(await readdir(folder)).not.toContain('postgres')
  })

  it('lists every port that is in use, and starts nothing', async () => {
    const other = createServer().listen(Number(env.TRIAGE_PORT), '127.0.0.1')
    await once(other, 'listening')
    try {
      const { code, output } = await runToExit()
      expect(code).toBe(1)
      expect(output).toContain(`triage: port ${env.TRIAGE_PORT} on 127.0.0.1 is in use`)
      expect(output).toMatch(/TRIAGE_PORT=\d+ npm start/)
      expect(await readdir(folder)).not.toContain('postgres')
    } finally {
      other.close()
    }
  })

  it('lists every invalid setting', async () => {
    Object.assign(env, { INTAKE_PORT: '0', DATABASE_URL: 'mysql://here', NATS_URL_FILE: '/not/here' })
    const { code, output } = await runToExit()
    expect(code).toBe(1)
    for (const name of ['INTAKE_PORT=0', 'DATABASE_URL', 'NATS_URL_FILE=/not/here is']) expect(output).toContain(name)
  })

  it('prints the usage and exits with code 2 for an unknown option', async () => {
    const { code, output } = await runToExit('--frehs')
    expect(code).toBe(2)
    expect(output).toMatch(/Unknown option --frehs[\s\S]*--fresh/)
  })
})

interface Run {
  readonly child: ChildProcess
  readonly exited: Promise<unknown[]>
  readonly output: () => string
  readonly prints: (text: string) => Promise<void>
}

function start(...args: string[]): Run {
  const child = spawn(process.execPath, [START, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  const prints = async (expected: string) => {
    const probe = () => (text.includes(expected) ? 'printed' : child.exitCode === null ? undefined : 'exited')
    if ((await waitUntil(probe, { timeoutMs: TIMEOUT_MS })) !== 'printed') {
      throw new Error(`not printed: ${expected}\n${text}`)
    }
  }
  const run = { child, exited, output: () => text, prints }
  runs.push(run)
  return run
}

async function startUp(...args: string[]): Promise<Run> {
  const run = start(...args)
  await run.prints('Press Ctrl-C to stop everything')
  return run
}

async function runToExit(...args: string[]): Promise<{ code: unknown; output: string }> {
  const { exited, child, output } = start(...args)
  const [[code]] = await Promise.all([exited, once(child, 'close')])
  return { code, output: output() }
}

function url(variable: string): string {
  return `http://127.0.0.1:${env[variable]}`
}

async function sendLead(): Promise<{ id: string }> {
  const response = await fetch(`${url('INTAKE_PORT')}/leads/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify({ note: 'Need urgent pricing for 50 seats ASAP! Want to buy next week.' }),
  })
  expect(response.status).toBe(201)
  return (await response.json()) as { id: string }
}

interface ChildInfo {
  readonly name: string
  readonly pid: number
}

/** Finds the five child processes of the run in `folder` from their pid files and logs. */
async function runningProcesses(): Promise<ChildInfo[]> {
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
      // a log may also have lines of earlier runs
      return { name, pid: Number([...text.matchAll(/^(?:.*"pid":)?(\d+)/gm)].at(file.endsWith('.log') ? -1 : 0)?.[1]) }
    }),
  )
}

async function stillRunning(children: readonly ChildInfo[]): Promise<ChildInfo[]> {
  const checks = await Promise.all(children.map(async (one) => ((await commandLine(one.pid)) ? [one] : [])))
  return checks.flat()
}
