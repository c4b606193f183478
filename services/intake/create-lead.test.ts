import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import { connectPostgres } from '../../lib/postgres/connect.ts'
import { captureLog } from '../../testkit/captured-log.ts'
import { succeeding } from '../../testkit/fakes.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import type { CreatedLead } from './create-lead.ts'
import { createLead } from './create-lead.ts'
import { createLeadStore } from './lead-store.ts'

const stack = useStack()
// the stores of two processes on one database
const pools = ['first', 'second'].map((name) =>
  connectPostgres({
    url: stack.serviceUrls.intake,
    applicationName: name,
    maxConnections: 3,
    log: captureLog().log,
  }),
)
const stores = pools.map((pool) => ({ insert: succeeding(createLeadStore(pool).insert) }))
const events = { publish: () => undefined, republish: () => undefined }
afterAll(() => Promise.all(pools.map((pool) => pool.end({ timeout: 2 }))))

/** A client's request, or the loss of all connections of a process. */
type Step =
  | { readonly kind: 'create'; readonly process: 0 | 1; readonly key: number; readonly body: number }
  | { readonly kind: 'crash'; readonly process: 0 | 1 }

const process = fc.constantFrom(0 as const, 1 as const)
const create = fc.record({ kind: fc.constant('create' as const), process, key: fc.nat(2), body: fc.nat(1) })
const crash = fc.record({ kind: fc.constant('crash' as const), process })
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof({ weight: 6, arbitrary: create }, { weight: 1, arbitrary: crash }),
  {
    minLength: 1,
    maxLength: 25,
  },
)

/** The final response to a client, which retries with the same key while the error is transient. */
async function responseTo(step: Step & { kind: 'create' }, keys: readonly string[]): Promise<CreatedLead | 'conflict'> {
  const store = stores[step.process] ?? expect.unreachable()
  const dependencies = {
    store: async (row: Parameters<typeof store.insert>[0][number]) =>
      (await store.insert([row]))[0] ?? expect.unreachable(),
    events,
  }
  const input = { idempotency_key: keys[step.key], lead: { note: `body ${step.body}` } }
  for (;;) {
    try {
      return await createLead(dependencies, { clientId: 'client', traceparent: undefined }, input)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      if (error.code === ErrorCode.IdempotencyConflict) return 'conflict'
      expect(error.code).toBe(ErrorCode.Unavailable)
    }
  }
}

async function run(step: Step, keys: readonly string[]): Promise<CreatedLead | 'conflict' | undefined> {
  if (step.kind === 'create') return responseTo(step, keys)
  const name = step.process === 0 ? 'first' : 'second'
  await stack.sql`select pg_terminate_backend(pid) from pg_stat_activity
                  where application_name = ${name} and datname = current_database()`
  return undefined
}

test('each key has one lead and every response returns it, for any mix of creates, replays, conflicts and crashes', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const keys = [randomUUID(), randomUUID(), randomUUID()]
      const responses = await Promise.all(all.map((step) => run(step, keys)))
      for (const [index, key] of keys.entries()) {
        const rows = await stack.sql`select id, note from leads where idempotency_key = ${key}`
        const requests = all.flatMap((step, at) =>
          step.kind === 'create' && step.key === index ? [{ step, response: responses[at] }] : [],
        )
        expect(rows).toHaveLength(requests.length > 0 ? 1 : 0)
        for (const { step, response } of requests) {
          if (rows[0]?.note === `body ${step.body}`) expect(response).toMatchObject({ lead: { id: rows[0].id } })
          else expect(response).toBe('conflict')
        }
        const created = requests.filter(({ response }) => response !== 'conflict' && response?.replayed === false)
        expect(created.length).toBeLessThanOrEqual(1) // 0 when a crash lost the first response
      }
    }),
    { numRuns: 20 },
  )
}, 60_000)
