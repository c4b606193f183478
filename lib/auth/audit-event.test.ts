import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { connectOnce } from '../postgres/connect.ts'
import { recordAuditEvent } from './audit-event.ts'

const stack = useStack()

/** The service that an event gets when the user of a URL records it in the name of `service`. */
async function recordedService(url: string, service: string): Promise<unknown> {
  const sql = connectOnce(url)
  try {
    const source = { actor: 'cli', address: null, requestId: null }
    const event = { source, action: 'keys.revoke', target: 'key:1', details: {} } as const
    await sql`select ${recordAuditEvent(sql, service, event)}`
  } finally {
    await sql.end()
  }
  return (await stack.sql`select service from audit_events order by id desc limit 1`)[0]?.service
}

test.each(['intake', 'triage', 'insights'] as const)('%s records events in its own name only', async (service) => {
  for (const named of ['intake', 'triage', 'insights', 'cli', `leadtriage_${service}`]) {
    expect({ [named]: await recordedService(stack.serviceUrls[service], named) }).toEqual({ [named]: service })
  }
})

test('who may act as the owner of the tables records events in the name of any service', async () => {
  for (const named of ['intake', 'triage', 'insights', 'cli', 'migrate']) {
    expect(await recordedService(stack.ownerUrl, named)).toBe(named)
  }
})

describe('a user that an operator made', () => {
  const login = `${stack.namespace}_login`
  const url = Object.assign(new URL(stack.ownerUrl), { username: login, password: 'secret' }).href
  beforeAll(() => stack.sql.unsafe(`create role ${login} login password 'secret'`))
  afterAll(() => stack.sql.unsafe(`drop owned by ${login}; drop role ${login}`))

  test('as a member of several roles records events in the name of one of them', async () => {
    await stack.sql.unsafe(`grant leadtriage_intake, leadtriage_triage to ${login}`)
    expect(await recordedService(url, 'intake')).toBe('intake')
    expect(await recordedService(url, 'triage')).toBe('triage')
    expect(await recordedService(url, 'insights')).toBe('intake or triage')
    await stack.sql.unsafe(`revoke leadtriage_intake, leadtriage_triage from ${login}`)
  })

  test('as a member of a member records events in the name of that service', async () => {
    const team = `${stack.namespace}_team`
    await stack.sql.unsafe(`create role ${team} in role leadtriage_triage; grant ${team} to ${login}`)
    expect(await recordedService(url, 'intake')).toBe('triage')
    await stack.sql.unsafe(`drop role ${team}`)
  })

  test('as a member of no role records events in its own name, if it may', async () => {
    await expect(recordedService(url, 'intake')).rejects.toMatchObject({ code: '42501' })
    await stack.sql.unsafe(`grant execute on function record_audit_event to ${login}`)
    expect(await recordedService(url, 'intake')).toBe(login)
  })

  test('cannot record events in the name of another service by a role that it sets', async () => {
    await stack.sql.unsafe(`grant leadtriage_triage to ${login}`)
    const sql = postgres(url, { max: 1 })
    await sql`set role leadtriage_triage`
    await sql`select record_audit_event('intake', 'cli', 'keys.revoke', 'key:2', '{}', null, null)`
    await sql.end()
    expect(await stack.sql`select service from audit_events where target = 'key:2'`).toEqual([{ service: 'triage' }])
  })
})
