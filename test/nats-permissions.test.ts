import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { connect, PermissionViolationError } from '@nats-io/transport-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServiceName } from '../db/service-logins.ts'
import type { EmbeddedServer } from '../embedded/embedded-server.ts'
import { startNats } from '../embedded/nats.ts'
import { findNatsServer } from '../embedded/nats-server/find-nats-server.ts'
import { jetStreamNames } from '../lib/jetstream/names.ts'
import { readQueueHead } from '../lib/jetstream/queue-state.ts'
import type { InsightBody, LeadBody } from '../testkit/clients/rest.ts'
import { bodyOf, getInsight, postLead } from '../testkit/clients/rest.ts'
import { eventually } from '../testkit/eventually.ts'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

// The users of deploy/nats/, as compose and Kubernetes have them, on a server of this file's own.
const CONFIG = fileURLToPath(new URL('../deploy/nats/', import.meta.url))
const USERS = ['intake', 'triage', 'insights'] as const
const LEAD = { note: 'How much is the Pro plan for 20 people? We would like to start next week.' }

/** As the operator makes them: letters and digits, a letter first. */
const passwordOf = Object.fromEntries(
  [...USERS, 'sys'].map((user) => [user, `p${randomBytes(12).toString('hex')}`]),
) as Record<ServiceName | 'sys', string>

const stack = useStack()
// the last registered runs first: the services are stopped before their server is
afterAll(async () => {
  await nats.stop()
  await rm(directory, { recursive: true, force: true })
})
const start = useServices(stack)
let directory: string
let nats: EmbeddedServer
let services: Record<ServiceName, ServiceProcess>

const env = {
  NATS_SERVER_NAME: 'test',
  NATS_INTAKE_PASSWORD: passwordOf.intake,
  NATS_TRIAGE_PASSWORD: passwordOf.triage,
  NATS_INSIGHTS_PASSWORD: passwordOf.insights,
  NATS_SYS_PASSWORD: passwordOf.sys,
}

async function startServer(port?: number): Promise<EmbeddedServer> {
  const { bin } = await findNatsServer()
  return startNats({
    bin,
    storeDir: join(directory, 'nats'),
    // nats-server.conf itself names the folder of a container; the users are what this file is about
    configFile: join(CONFIG, 'permissions.conf'),
    env,
    ...(port !== undefined && { port }),
  })
}

/** By a name without a dot, as servers have in compose and Kubernetes. */
function urlFor(user: ServiceName): string {
  return `nats://${user}:${passwordOf[user]}@localhost:${nats.port}`
}

function startAs(name: ServiceName): Promise<ServiceProcess> {
  return start(name, { NATS_URL: urlFor(name), NATS_NAMESPACE: '' })
}

/** A connection such as the service's own. */
function connectAs(user: ServiceName): Promise<NatsConnection> {
  const inboxPrefix = `_INBOX.leadtriage-${user}`
  return connect({ servers: nats.url, user, pass: passwordOf[user], inboxPrefix })
}

/** What the server logged of calls that it refused since it was started. */
async function violations(): Promise<string[]> {
  const log = await readFile(join(directory, 'nats', 'nats-server.log'), 'utf8')
  return log.split('\n').filter((line) => /violation/i.test(line))
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'leadtriage-nats-'))
  nats = await startServer()
  const [intake, triage, insights] = await Promise.all([startAs('intake'), startAs('triage'), startAs('insights')])
  services = { intake, triage, insights }
}, 60_000)

describe('with the rights of its user alone', () => {
  test('each service does its work, and nothing that it asks of NATS is refused', async () => {
    const { id } = await bodyOf<LeadBody>(postLead(services.intake.url, LEAD))
    const insight = await bodyOf<InsightBody>(getInsight(services.insights.url, id))
    expect(insight).toMatchObject({ lead_id: id, intent: 'buy' })
    expect((await fetch(`${services.triage.url}/queue`)).status).toBe(200)
    expect(await violations()).toEqual([])
  })

  test('intake sees how long the oldest lead waits while there is no worker', async () => {
    await services.triage.kill('SIGTERM')
    const { id } = await bodyOf<LeadBody>(postLead(services.intake.url, LEAD))
    const connection = await connectAs('intake')
    try {
      expect(await eventually(async () => (await readQueueHead(connection, jetStreamNames())).oldest)).toBeInstanceOf(
        Uint8Array,
      )
    } finally {
      await connection.close()
    }
    services.triage = await startAs('triage')
    expect((await getInsight(services.insights.url, id)).status).toBe(200)
    expect(await violations()).toEqual([])
  })

  test('intake may delete the stream of leads when it has lost its files', async () => {
    const connection = await connectAs('intake')
    try {
      const manager = await jetstreamManager(connection)
      await eventually(() => manager.streams.info('LEADS'))
      expect(await manager.streams.delete('LEADS')).toBe(true)
      await eventually(() => manager.consumers.info('LEADS', 'triage')) // declared again by the services
    } finally {
      await connection.close()
    }
    expect(await violations()).toEqual([])
  })

  test.each(['intake', 'triage'] as const)('%s may change what it declares, as after an upgrade', async (user) => {
    const connection = await connectAs(user)
    try {
      const manager = await jetstreamManager(connection)
      for (const stream of ['LEADS', 'INSIGHTS']) await manager.streams.update(stream, {})
      if (user === 'triage') await manager.consumers.update('LEADS', 'triage', { max_ack_pending: 4_000 })
    } finally {
      await connection.close()
    }
    expect(await violations()).toEqual([])
  })

  test('triage may read the oldest lead of the queue, and delete its consumer and the stream of leads', async () => {
    await services.triage.kill('SIGTERM')
    await bodyOf<LeadBody>(postLead(services.intake.url, LEAD))
    const connection = await connectAs('triage')
    try {
      const manager = await jetstreamManager(connection)
      const oldest = await eventually(async () => {
        const { state } = await manager.streams.info('LEADS')
        return state.messages > 0 && (await manager.streams.getMessage('LEADS', { seq: state.first_seq }))
      })
      expect(oldest).toMatchObject({ subject: expect.stringContaining('leads.received.') })
      expect(await manager.consumers.delete('LEADS', 'triage')).toBe(true)
      expect(await manager.streams.delete('LEADS')).toBe(true)
    } finally {
      await connection.close()
    }
    services.triage = await startAs('triage')
    expect(await violations()).toEqual([])
  })

  test('intake and triage make everything anew when the server has lost it, and the reconciler fills it again', async () => {
    const { port } = nats
    await nats.stop()
    await rm(join(directory, 'nats'), { recursive: true })
    const { id } = await bodyOf<LeadBody>(postLead(services.intake.url, LEAD))
    nats = await startServer(port)
    await eventually(async () => (await getInsight(services.insights.url, id, '1s')).ok, 25_000)
    expect(await violations()).toEqual([])
  })
})

/** What the server refused of an attempt, each as `publish leads.received.x`. */
async function refusalsOf(user: ServiceName, attempt: (connection: NatsConnection) => void): Promise<string[]> {
  const connection = await connectAs(user)
  const refused: string[] = []
  const listening = (async () => {
    for await (const status of connection.status()) {
      if (status.type === 'error' && status.error instanceof PermissionViolationError) {
        refused.push(`${status.error.operation} ${status.error.subject}`)
      }
    }
  })()
  attempt(connection)
  await connection.flush() // answers come in order
  await connection.close()
  await listening
  return refused
}

test.each(['nats-server.conf', 'cluster.conf'])(
  'nats-server understands %s, but not without its passwords',
  async (file) => {
    const { bin } = await findNatsServer()
    const parse = (given: object) =>
      spawnSync(bin, ['-t', '--config', join(CONFIG, file)], { env: { ...given }, encoding: 'utf8' })
    const cluster = {
      NATS_ROUTE_PASSWORD: 'route',
      NATS_ROUTES: '[nats://route:route@a:6222, nats://route:route@b:6222]',
    }
    expect(parse({ ...env, ...cluster })).toMatchObject({ status: 0, stderr: expect.stringContaining('is valid') })
    expect(parse({ ...env, ...cluster, NATS_INTAKE_PASSWORD: undefined }).stderr).toContain('NATS_INTAKE_PASSWORD')
  },
)

describe('is refused what is not its own', () => {
  const OTHERS = ['_INBOX.leadtriage-intake.>', '_INBOX.leadtriage-triage.>', '_INBOX.leadtriage-insights.>']
  const NOBODYS_CALLS = [
    '$JS.API.STREAM.DELETE.INSIGHTS',
    '$JS.API.STREAM.PURGE.LEADS',
    '$JS.API.STREAM.MSG.DELETE.LEADS',
    '$JS.API.STREAM.CREATE.MINE',
    '$JS.API.STREAM.SNAPSHOT.LEADS',
    '$JS.API.CONSUMER.DELETE.LEADS.mine',
    '$JS.API.CONSUMER.CREATE.LEADS.mine',
    '$JS.API.CONSUMER.CREATE.INSIGHTS',
    '$SYS.REQ.SERVER.PING',
    'anything.else',
  ]
  const FORBIDDEN = {
    intake: {
      publish: [
        'insights.ready.x',
        '$JS.API.CONSUMER.DELETE.LEADS.triage',
        '$JS.API.CONSUMER.MSG.NEXT.LEADS.triage',
        '$JS.ACK.LEADS.triage.1.1.1.1.0',
      ],
      subscribe: ['leads.received.*', 'insights.ready.*', ...OTHERS.slice(1)],
    },
    triage: {
      publish: ['leads.received.x', '$JS.API.STREAM.MSG.GET.INSIGHTS'],
      subscribe: ['leads.received.*', 'insights.ready.*', OTHERS[0] ?? '', OTHERS[2] ?? ''],
    },
    insights: {
      publish: [
        '$JS.API.CONSUMER.DELETE.LEADS.triage',
        '$JS.API.STREAM.DELETE.LEADS',
        'leads.received.x',
        'insights.ready.x',
        '$JS.API.INFO',
        '$JS.API.STREAM.MSG.GET.LEADS',
        '$JS.ACK.x',
      ],
      subscribe: ['leads.received.*', ...OTHERS],
    },
  }

  test.each(USERS)('%s', async (user) => {
    const publish = [...FORBIDDEN[user].publish, ...NOBODYS_CALLS]
    const subscribe = [...FORBIDDEN[user].subscribe, '>', '_INBOX.>', '$JS.>', '$SYS.>']
    const refused = await refusalsOf(user, (connection) => {
      for (const subject of publish) connection.publish(subject)
      for (const subject of subscribe) connection.subscribe(subject, { callback: () => undefined })
    })
    expect(refused).toEqual([
      ...publish.map((subject) => `publish ${subject}`),
      ...subscribe.map((subject) => `subscription ${subject}`),
    ])
  })

  test('whoever has no password or a wrong one', async () => {
    await expect(connect({ servers: nats.url })).rejects.toThrow(/authorization/i)
    await expect(connect({ servers: nats.url, user: 'intake', pass: passwordOf.triage })).rejects.toThrow(
      /authorization/i,
    )
  })

  test('the operator, who sees the servers and none of the messages', async () => {
    const connection = await connect({ servers: nats.url, user: 'sys', pass: passwordOf.sys })
    try {
      const answer = await connection.request('$SYS.REQ.SERVER.PING')
      expect(answer.json()).toMatchObject({ server: { jetstream: true } })
      // an account of its own, in which there are no streams; older servers do not even answer
      const streams = connection.request('$JS.API.STREAM.INFO.LEADS').then((message) => message.json())
      expect(await streams.catch((error: Error) => ({ error }))).toHaveProperty('error')
    } finally {
      await connection.close()
    }
  })
})
