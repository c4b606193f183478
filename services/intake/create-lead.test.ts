import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import { connectPostgres } from '../../lib/postgres/connect.ts'
import { captureLog } from '../../testkit/captured-log.ts'
import { succeeding } from '../../testkit/fakes/succeeding.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import type { CreatedLead } from './create-lead.ts'
import { createLead } from './create-lead.ts'
import { createLeadStore } from './lead-store.ts'

const stack = useStack()
// two processes' worth of stores on one database
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

/** One request of a client, or the crash of every connection that a process has. */
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

/** What a client heard in the end: it tries again, with the same key, for as long as it is told to. */
async function answerTo(step: Step & { kind: 'create' }, keys: readonly string[]): Promise<CreatedLead | 'conflict'> {
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
  if (step.kind === 'create') return answerTo(step, keys)
  const name = step.process === 0 ? 'first' : 'second'
  await stack.sql`select pg_terminate_backend(pid) from pg_stat_activity
                  where application_name = ${name} and datname = current_database()`
  return undefined
}

test('whatever creates, repeats, conflicts and crashes come together, each key has one lead and every answer tells of it', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const keys = [randomUUID(), randomUUID(), randomUUID()]
      const answers = await Promise.all(all.map((step) => run(step, keys)))
      for (const [index, key] of keys.entries()) {
        const rows = await stack.sql`select id, note from leads where idempotency_key = ${key}`
        const asked = all.flatMap((step, at) =>
          step.kind === 'create' && step.key === index ? [{ step, answer: answers[at] }] : [],
        )
        expect(rows).toHaveLength(asked.length > 0 ? 1 : 0)
        for (const { step, answer } of asked) {
          if (rows[0]?.note === `body ${step.body}`) expect(answer).toMatchObject({ lead: { id: rows[0].id } })
          else expect(answer).toBe('conflict')
        }
        const firsts = asked.filter(({ answer }) => answer !== 'conflict' && answer?.replayed === false)
        expect(firsts.length).toBeLessThanOrEqual(1) // none when the answer of the first was lost in a crash
      }
    }),
    { numRuns: 20 },
  )
}, 60_000)
