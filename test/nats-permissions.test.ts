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
import { bodyOf, getInsight, post, postLead } from '../testkit/clients/rest.ts'
import { eventually } from '../testkit/eventually.ts'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

// The NATS users of deploy/nats/, as in compose and Kubernetes, on a separate server.
const CONFIG = fileURLToPath(new URL('../deploy/nats/', import.meta.url))
const USERS = ['intake', 'triage', 'insights'] as const
const LEAD = { note: 'How much is the Pro plan for 20 people? We would like to start next week.' }

/** Letters and digits, a letter first, as deploy/new-env.sh generates them. */
const passwordOf = Object.fromEntries(
  [...USERS, 'sys'].map((user) => [user, `p${randomBytes(12).toString('hex')}`]),
) as Record<ServiceName | 'sys', string>

const stack = useStack()
// hooks run in reverse order: the services stop before their server
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
    // not nats-server.conf, which names a folder of the container
    configFile: join(CONFIG, 'permissions.conf'),
    env,
    ...(port !== undefined && { port }),
  })
}

/** With a host name without dots, as in compose and Kubernetes. */
function urlFor(user: ServiceName): string {
  return `nats://${user}:${passwordOf[user]}@localhost:${nats.port}`
}

function startAs(name: ServiceName): Promise<ServiceProcess> {
  return start(name, { NATS_URL: urlFor(name), NATS_NAMESPACE: '' })
}

/** A connection with the user and inbox prefix of a service. */
function connectAs(user: ServiceName): Promise<NatsConnection> {
  const inboxPrefix = `_INBOX.leadtriage-${user}`
  return connect({ servers: nats.url, user, pass: passwordOf[user], inboxPrefix })
}

/** Permission violations in the log of the server since its start. */
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

describe('with the permissions of its user', () => {
  test('each service does its work without a permission violation', async () => {
    const { id } = await bodyOf<LeadBody>(postLead(services.intake.url, LEAD))
    const insight = await bodyOf<InsightBody>(getInsight(services.insights.url, id))
    expect(insight).toMatchObject({ lead_id: id, intent: 'buy' })
    expect((await fetch(`${services.triage.url}/queue`)).status).toBe(200)
    expect((await post(`${services.insights.url}/leads/${id}/corrections`, { spam: true })).status).toBe(201)
    const unpublished = () => stack.sql`select from corrections where lead_id = ${id} and published_at is null`
    await eventually(async () => (await unpublished()).length === 0)
    expect(await violations()).toEqual([])
  })

  test('intake reads the oldest waiting lead while there is no worker', async () => {
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

  test('intake may delete the stream of leads, as it does when the files of the stream are lost', async () => {
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

  test.each(['intake', 'triage'] as const)('%s may update what it declares, as after an upgrade', async (user) => {
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

  test('triage may read the oldest lead, and delete its consumer and the stream of leads', async () => {
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

  test('intake and triage erase the messages of an erased lead', async () => {
    const { id } = await bodyOf<LeadBody>(postLead(services.intake.url, LEAD))
    expect((await getInsight(services.insights.url, id)).status).toBe(200)
    expect((await fetch(`${services.intake.url}/leads/${id}`, { method: 'DELETE' })).status).toBe(204)
    await eventually(async () => (await stack.sql`select from pending_erasures`).length === 0)
    expect(await violations()).toEqual([])
  })

  test('intake and triage recreate streams and consumer when the server has lost its data, and the reconciler republishes', async () => {
    const { port } = nats
    await nats.stop()
    await rm(join(directory, 'nats'), { recursive: true })
    const { id } = await bodyOf<LeadBody>(postLead(services.intake.url, LEAD))
    nats = await startServer(port)
    await eventually(async () => (await getInsight(services.insights.url, id, '1s')).ok, 25_000)
    expect(await violations()).toEqual([])
  })
})

/** The operations of `attempt` that the server rejected, for example `publish leads.received.x`. */
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
  await connection.flush() // replies arrive in order
  await connection.close()
  await listening
  return refused
}

test.each(['nats-server.conf', 'cluster.conf'])(
  'nats-server accepts %s, but not without its passwords',
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

describe('operations without permission are rejected:', () => {
  const OTHERS = ['_INBOX.leadtriage-intake.>', '_INBOX.leadtriage-triage.>', '_INBOX.leadtriage-insights.>']
  const FORBIDDEN_TO_ALL = [
    '$JS.API.STREAM.DELETE.INSIGHTS',
    '$JS.API.STREAM.PURGE.LEADS',
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
        'insights.corrected.x',
        '$JS.API.STREAM.MSG.DELETE.INSIGHTS',
        '$JS.API.STREAM.MSG.GET.INSIGHTS',
        '$JS.API.CONSUMER.DELETE.LEADS.triage',
        '$JS.API.CONSUMER.MSG.NEXT.LEADS.triage',
        '$JS.ACK.LEADS.triage.1.1.1.1.0',
      ],
      subscribe: ['leads.received.*', 'insights.ready.*', ...OTHERS.slice(1)],
    },
    triage: {
      publish: ['leads.received.x', 'insights.corrected.x', '$JS.API.STREAM.PURGE.INSIGHTS'],
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
        '$JS.API.STREAM.MSG.DELETE.LEADS',
        '$JS.API.STREAM.MSG.DELETE.INSIGHTS',
        '$JS.ACK.x',
      ],
      subscribe: ['leads.received.*', ...OTHERS.slice(0, 2)],
    },
  }

  test.each(USERS)('%s', async (user) => {
    const publish = [...FORBIDDEN[user].publish, ...FORBIDDEN_TO_ALL]
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

  test('connections without a password or with a wrong one', async () => {
    await expect(connect({ servers: nats.url })).rejects.toThrow(/authorization/i)
    await expect(connect({ servers: nats.url, user: 'intake', pass: passwordOf.triage })).rejects.toThrow(
      /authorization/i,
    )
  })

  test('the operator sees the servers and no messages', async () => {
    const connection = await connect({ servers: nats.url, user: 'sys', pass: passwordOf.sys })
    try {
      const answer = await connection.request('$SYS.REQ.SERVER.PING')
      expect(answer.json()).toMatchObject({ server: { jetstream: true } })
      // a separate account without streams; older servers do not respond at all
      const streams = connection.request('$JS.API.STREAM.INFO.LEADS').then((message) => message.json())
      expect(await streams.catch((error: Error) => ({ error }))).toHaveProperty('error')
    } finally {
      await connection.close()
    }
  })
})
