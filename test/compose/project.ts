import { copyFile, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { runProgram } from '../../embedded/run-program.ts'
import { waitUntil } from '../../embedded/wait-until.ts'
import { freePortRange } from '../../testkit/ports.ts'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const COMMAND_TIMEOUT_MS = 10 * 60_000
const HEALTHY_WITHIN_MS = 120_000
/** Number of ports for triage workers. */
const TRIAGE_PORTS = 10

/** docker-compose.yml unchanged, with its own project name, passwords and ports. */
export interface Project {
  readonly name: string
  /** The published port by the default port in docker-compose.yml. */
  readonly ports: Readonly<Record<'8000' | '8001', string>>
  readonly intakeUrl: string
  readonly insightsUrl: string
  /** The credential of calls: the first API key, which has every scope. */
  readonly headers: Readonly<Record<'authorization', string>>
  /** Runs compose with these arguments; returns its output. */
  compose(...args: string[]): Promise<string>
  docker(...args: string[]): Promise<string>
  /** Runs shell commands in `scratchDir`, in which `docker compose` uses this project. */
  shell(script: string): Promise<string>
  readonly scratchDir: string
  /** Changes settings of `.env` for the following commands; restarts nothing. */
  set(settings: Readonly<Record<string, string>>): void
  /** The containers of a service, running or not. */
  containers(service: string): Promise<string[]>
  untilHealthy(...services: string[]): Promise<void>
  /** Connects to PostgreSQL as its owner and disconnects after `work`. */
  database<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T>
  /** Removes containers, networks and volumes; returns those that are left. */
  remove(): Promise<string[]>
}

export async function createProject(print: (line: string) => void, signal: AbortSignal): Promise<Project> {
  const run = (program: string, args: readonly string[], env?: NodeJS.ProcessEnv, cwd = ROOT) =>
    runProgram(program, args, { timeoutMs: COMMAND_TIMEOUT_MS, signal, cwd, ...(env && { env }) })
  const docker = (...args: string[]) => run('docker', args)
  const command = await composeCommand(docker, print)

  const scratchDir = await mkdtemp(join(tmpdir(), 'leadtriage-compose-'))
  const passwords = await newPasswords(scratchDir)
  const first = await freePortRange(TRIAGE_PORTS + 5)
  const name = `leadtriage-test-${process.pid}`
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...passwords,
    COMPOSE_PROJECT_NAME: name,
    COMPOSE_FILE: ['docker-compose.yml', 'test/compose/published-postgres.yml']
      .map((file) => join(ROOT, file))
      .join(':'),
    INTAKE_PORT: String(first),
    INSIGHTS_PORT: String(first + 1),
    NATS_MONITOR_PORT: String(first + 2),
    TRIAGE_PORTS: `${first + 3}-${first + 2 + TRIAGE_PORTS}`,
  }
  const compose = (...args: string[]) => run(command[0] ?? '', [...command.slice(1), ...args], env)
  const containers = async (service: string) =>
    (await compose('ps', '--all', '-q', service)).split('\n').filter(Boolean)

  const isHealthy = async (services: readonly string[]) => {
    const ids = (await Promise.all(services.map(containers))).flat()
    if (ids.length < services.length) return false
    const states = await docker('inspect', '--format', '{{.State.Health.Status}}', ...ids)
    return states
      .trim()
      .split('\n')
      .every((state) => state === 'healthy')
  }

  return {
    name,
    ports: { '8000': String(first), '8001': String(first + 1) },
    intakeUrl: `http://127.0.0.1:${first}`,
    insightsUrl: `http://127.0.0.1:${first + 1}`,
    headers: { authorization: `Bearer ${passwords.BOOTSTRAP_API_KEY}` },
    compose,
    docker,
    scratchDir,
    shell: (script) => {
      const args = script.replaceAll('docker compose', command.join(' '))
      return run('sh', ['-eu', '-c', args], env, scratchDir)
    },
    set: (settings) => void Object.assign(env, settings),
    containers,
    untilHealthy: async (...services) => {
      const probe = async () => (await isHealthy(services)) || undefined
      if (await waitUntil(probe, { timeoutMs: HEALTHY_WITHIN_MS, intervalMs: 500, signal })) return
      throw new Error(`not healthy within ${HEALTHY_WITHIN_MS / 1_000} s:\n${await compose('ps')}`)
    },
    database: async (work) => {
      const address = (await compose('port', 'postgres', '5432')).trim()
      const sql = postgres(`postgres://postgres:${env.POSTGRES_PASSWORD}@${address}/leadtriage`, { max: 2 })
      try {
        return await work(sql)
      } finally {
        await sql.end()
      }
    },
    remove: async () => {
      // without the signal, because an interrupted test must be removed as well
      const always = { timeoutMs: COMMAND_TIMEOUT_MS, cwd: ROOT, env: { ...env, COMPOSE_PROFILES: 'cluster' } }
      await runProgram(command[0] ?? '', [...command.slice(1), 'down', '--volumes', '--remove-orphans'], always)
      await rm(scratchDir, { recursive: true, force: true })
      const label = `label=com.docker.compose.project=${name}`
      const left = await Promise.all(
        [
          ['ps', '-aq'],
          ['volume', 'ls', '-q'],
          ['network', 'ls', '-q'],
        ].map((args) => runProgram('docker', [...args, '--filter', label], always)),
      )
      return left.join('').split('\n').filter(Boolean)
    },
  }
}

/** `docker compose`, or the older `docker-compose`. */
async function composeCommand(
  docker: (...args: string[]) => Promise<string>,
  print: (line: string) => void,
): Promise<string[]> {
  const version = await docker('compose', 'version').then(
    (text) => ({ command: ['docker', 'compose'], text }),
    async () => ({
      command: ['docker-compose'],
      text: await runProgram('docker-compose', ['version'], { timeoutMs: 10_000 }),
    }),
  )
  print(version.text.split('\n')[0] ?? '')
  return version.command
}

/** Generated by deploy/new-env.sh in a copy, so that an existing `.env` is not touched. */
async function newPasswords(scratchDir: string): Promise<Record<string, string>> {
  await mkdir(join(scratchDir, 'deploy'))
  await copyFile(join(ROOT, '.env.example'), join(scratchDir, '.env.example'))
  await cp(join(ROOT, 'deploy/new-env.sh'), join(scratchDir, 'deploy/new-env.sh'))
  await runProgram('sh', [join(scratchDir, 'deploy/new-env.sh')], { timeoutMs: 10_000 })
  const lines = (await readFile(join(scratchDir, '.env'), 'utf8')).matchAll(/^(\w+)=(.*)$/gm)
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value]))
}
