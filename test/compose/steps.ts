import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SERVICE_NAMES } from '../../db/service-logins.ts'
import type { InsightBody, LeadBody } from '../../testkit/clients/rest.ts'
import { bodyOf, getInsight, postLead } from '../../testkit/clients/rest.ts'
import { createAddresses } from '../../testkit/load/addresses.ts'
import { createClient } from '../../testkit/load/client.ts'
import { startLoad } from '../../testkit/load/lead-load.ts'
import { createLedger } from '../../testkit/load/ledger.ts'
import { untilSettled } from '../../testkit/load/settled.ts'
import { readStoredLeads, readStrays } from '../../testkit/load/stored-leads.ts'
import { checkLedger } from '../../testkit/load/verdict.ts'
import { createRandom } from '../../testkit/random.ts'
import { shellExamples } from '../fixtures/shell-examples.ts'
import type { Project } from './project.ts'
import { ROOT } from './project.ts'

/** Thrown by a step that cannot run with the available images; it counts as skipped. */
export class Skipped extends Error {}

export interface Step {
  /** What the step verifies. */
  readonly name: string
  /** Resolves to a summary; rejects when the step fails. */
  run(project: Project, signal: AbortSignal): Promise<string>
}

const NOTE = 'How much is the Pro plan for 20 people? We would like to start next week.'
const LEADS_PER_SECOND = 100

export const STEPS: readonly Step[] = [
  {
    name: 'the image is built and every container becomes healthy',
    run: async (project) => {
      const startedAt = performance.now()
      await project.compose('up', '--build', '--detach')
      await project.untilHealthy('postgres', 'nats', ...SERVICE_NAMES)
      const image = await project.docker('inspect', '--format', '{{.Image}}', ...(await project.containers('intake')))
      const bytes = Number(await project.docker('image', 'inspect', '--format', '{{.Size}}', image.trim()))
      return `${seconds(startedAt)} s, image of ${Math.round(bytes / 1e6)} MB`
    },
  },
  {
    name: 'the commands of the README give a lead with intent to buy',
    run: async (project) => {
      const commands = shellExamples(await readFile(join(ROOT, 'README.md'), 'utf8'), 'Try it', project.ports)
      // the commands are for `npm start`, which needs no credential
      const curl = `curl() { command curl -H 'Authorization: ${project.headers.authorization}' "$@"; }`
      // the commands parse JSON with `node`: use the one that runs this
      const answer = await project.shell(`PATH="${join(process.execPath, '..')}:$PATH"; ${curl}; ${commands}`)
      const answers = answer
        .trim()
        .split(/(?<=\})\s*(?=\{)/)
        .map((text) => JSON.parse(text) as object)
      const { intent, priority } = answers.find((one) => 'intent' in one) as InsightBody
      assert(intent === 'buy' && priority === 'P0', `${intent} ${priority}`)
      return `${intent} ${priority}`
    },
  },
  {
    name: 'the commands of docs/access.md give a lead from a web form',
    run: async (project) => {
      const page = await readFile(join(ROOT, 'docs/access.md'), 'utf8')
      const commands = shellExamples(page, 'From compose to a lead from a web form', project.ports).trim().split('\n')
      assert(commands.length === 5 && commands[0] === 'sh deploy/new-env.sh', 'not five commands')
      const [, up = '', ...rest] = commands // `.env` is written already
      await project.shell(up.replace(' --wait', '')) // which docker-compose 1 does not have
      await project.untilHealthy(...SERVICE_NAMES)
      const { id } = JSON.parse((await project.shell(rest.join('\n'))).trim().split('\n').at(-1) ?? '') as LeadBody
      const { intent } = await insightOf(project, id)
      assert(intent === 'buy', intent)
      return `lead ${id}`
    },
  },
  {
    name: 'a call without a credential is refused',
    run: async ({ intakeUrl }) => {
      const { status } = await postLead(intakeUrl, { note: NOTE })
      assert(status === 401, String(status))
      return String(status)
    },
  },
  {
    name: 'each service runs unprivileged, without capabilities, on a read-only root file system',
    run: async (project) => {
      const script = `
        const write = (file) => { try { fs.writeFileSync(file, ''); return 'written' } catch (error) { return error.code } }
        const status = fs.readFileSync('/proc/1/status', 'utf8')
        const of = (name) => new RegExp('^' + name + ':\\\\s+(.*)$', 'm').exec(status)[1]
        console.log([process.getuid(), write('/app/x'), write('/tmp/x'), of('CapEff'), of('CapBnd'), of('NoNewPrivs')].join(' '))`
      const seen = await Promise.all(
        SERVICE_NAMES.map(async (service) => {
          const [container = ''] = await project.containers(service)
          return (await project.docker('exec', container, 'node', '--eval', script)).trim()
        }),
      )
      const nothing = '0'.repeat(16)
      assert(new Set(seen).size === 1 && seen[0] === `1000 EROFS EROFS ${nothing} ${nothing} 1`, seen.join(' / '))
      return seen[0] ?? ''
    },
  },
  {
    name: 'after a worker is killed, the next lead is triaged',
    run: async (project) => {
      const [worker = ''] = await project.containers('triage')
      await project.docker('kill', worker)
      return triageOneLead(project)
    },
  },
  {
    name: 'triage scales to three workers',
    run: async (project) => {
      await project.compose('up', '--detach', '--scale', 'triage=3')
      await project.untilHealthy(...SERVICE_NAMES)
      const { length } = await project.containers('triage')
      assert(length === 3, `${length} workers`)
      return triageOneLead(project)
    },
  },
  {
    name: 'SIGTERM reaches Node, which drains and exits with code 0',
    run: async (project) => {
      const [worker = ''] = await project.containers('triage')
      const startedAt = performance.now()
      await project.docker('stop', '--time', '30', worker)
      const code = (await project.docker('inspect', '--format', '{{.State.ExitCode}}', worker)).trim()
      assert(code === '0', `exit code ${code}`)
      await project.docker('start', worker)
      await project.untilHealthy('triage')
      return `exit code 0 after ${seconds(startedAt)} s`
    },
  },
  {
    name: 'a rolling restart under load loses and duplicates no lead',
    run: rollingRestart,
  },
  {
    name: 'after every password but the owner’s is replaced, a lead is triaged',
    run: async (project) => {
      const before = await project.containers('migrate')
      const services = SERVICE_NAMES.map((service) => service.toUpperCase())
      const fresh = [
        ...services.map((name) => `${name}_DATABASE_PASSWORD`),
        ...services.map((name) => `NATS_${name}_PASSWORD`),
      ]
      project.set(Object.fromEntries(fresh.map((variable) => [variable, `p${randomUUID().replaceAll('-', '')}`])))
      await project.compose('up', '--detach', '--scale', 'triage=3')
      await project.untilHealthy('nats', ...SERVICE_NAMES)
      assert(`${await project.containers('migrate')}` !== `${before}`, 'the migration job did not run')
      return triageOneLead(project)
    },
  },
  {
    name: 'a backup restored into empty volumes has the same insight, and leads that were queued are triaged',
    run: backUpAndRestore,
  },
  {
    name: 'after one of three NATS servers is killed, a lead is triaged',
    run: async (project) => {
      await project.compose('down', '--volumes')
      project.set({ COMPOSE_PROFILES: 'cluster', NATS_CONFIG: 'cluster.conf', NATS_REPLICAS: '3' })
      await project.compose('up', '--detach')
      await project.untilHealthy('nats', 'nats-2', 'nats-3', ...SERVICE_NAMES)
      const first = await triageOneLead(project)
      await project.docker('kill', ...(await project.containers('nats')))
      return `${first}, then ${await triageOneLead(project)}`
    },
  },
]

async function triageOneLead(project: Project): Promise<string> {
  const startedAt = performance.now()
  const { id } = await bodyOf<LeadBody>(postLead(project.intakeUrl, { note: NOTE }, randomUUID(), project.headers))
  const { intent } = await insightOf(project, id)
  assert(intent === 'buy', intent)
  return `insight after ${seconds(startedAt)} s`
}

/** A killed worker may have had the lead in flight: it is redelivered after the ack wait of 30 s. */
async function insightOf({ insightsUrl, headers }: Project, id: string): Promise<InsightBody> {
  for (let tries = 0; tries < 6; tries += 1) {
    const response = await getInsight(insightsUrl, id, '10s', headers)
    if (response.ok) return bodyOf<InsightBody>(response)
  }
  throw new Error(`no insight of ${id} within a minute`)
}

async function rollingRestart(project: Project, signal: AbortSignal): Promise<string> {
  const random = createRandom(`compose-${randomUUID()}`)
  const addresses = createAddresses()
  addresses.add(project.intakeUrl)
  const ledger = createLedger()
  const client = createClient({ addresses, ledger, random, signal, headers: project.headers })
  // leads of earlier steps are not in the ledger
  const before = await project.database(async (sql) => new Set((await readStoredLeads({ sql })).map(({ id }) => id)))
  const load = startLoad({ client, addresses, random, leadsPerSecond: LEADS_PER_SECOND })
  try {
    for (const service of ['intake', 'triage'] as const) {
      for (const container of await project.containers(service)) {
        await project.docker('restart', '--time', '30', container)
        await project.untilHealthy(service)
        await sleep(1_000, undefined, { signal }) // some load on all containers
      }
    }
  } finally {
    await load.finish()
    client.close()
  }
  const ids = ledger.acknowledgedIds()
  return project.database(async (sql) => {
    const open = await untilSettled({ sql }, ids, 60_000, signal)
    const stored = (await readStoredLeads({ sql })).filter(({ id }) => !before.has(id))
    const { lost, duplicated, wrong, deadLetters } = checkLedger(ledger, stored, await readStrays({ sql }))
    const faults = [...open.map((id) => `not settled: ${id}`), ...lost, ...duplicated, ...wrong]
    assert(faults.length === 0, `${faults.length} faults: ${faults.slice(0, 3).join('; ')}`)
    assert(deadLetters === 0, `${deadLetters} dead letters`)
    const failures = ledger.failures().map(([kind, count]) => `${kind} ${count}`)
    return `${ids.length} leads acknowledged, ${stored.length} stored, each with one insight; failed attempts: ${failures.join(', ') || 'none'}`
  })
}

async function backUpAndRestore(project: Project): Promise<string> {
  await assertPgDump(project)
  const [backUp = '', ...restore] = shellExamples(
    await readFile(join(ROOT, 'docs/operations/backup.md'), 'utf8'),
    'Compose',
  ).split(/\n\n/)

  const settled = await bodyOf<LeadBody>(postLead(project.intakeUrl, { note: NOTE }, randomUUID(), project.headers))
  const insight = await insightOf(project, settled.id)
  await project.compose('stop', 'triage')
  const waiting = await bodyOf<LeadBody>(postLead(project.intakeUrl, { note: NOTE }, randomUUID(), project.headers))
  await project.shell(backUp)

  await project.compose('down', '--volumes') // removes the queue as well
  const startedAt = performance.now()
  await project.shell(restore.join('\n'))
  await project.untilHealthy(...SERVICE_NAMES)
  const restored = await bodyOf<InsightBody>(getInsight(project.insightsUrl, settled.id, '1s', project.headers))
  assert(JSON.stringify(restored) === JSON.stringify(insight), 'the insight differs')
  const { intent } = await insightOf(project, waiting.id)
  assert(intent === 'buy', intent)
  return `the same insight, and the waiting lead triaged ${seconds(startedAt)} s after the restore began`
}

/** pg_dump must be as new as the server; in an image made for tests it may not be. */
async function assertPgDump(project: Project): Promise<void> {
  const majorOf = async (program: string) => {
    const version = await project.compose('exec', '-T', 'postgres', program, '--version').catch(() => '')
    return Number(/\(PostgreSQL\) (\d+)/.exec(version)?.[1] ?? 0)
  }
  const [server, client] = [await majorOf('postgres'), await majorOf('pg_dump')]
  if (client < server) throw new Skipped(`the image has PostgreSQL ${server} and pg_dump ${client || 'not at all'}`)
}

function assert(condition: boolean, message: string): void {
  if (!condition) throw new Error(message)
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1_000).toFixed(1)
}
