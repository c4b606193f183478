import { randomUUID } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createBatcher, type FlushItems } from '../../../lib/batcher/batcher.ts'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import { createIntake } from '../intake.ts'
import type { LeadRow, StoredLead, StoreOutcome } from '../lead-store.ts'
import { insertLists } from '../lead-store.ts'
import { createRetryingStore } from './retrying-store.ts'
import type { ImportRow } from './row.ts'

const CALLER = { clientId: 'client', traceparent: undefined }
const never = new AbortController().signal

function makeRow(): LeadRow {
  const lead = { email: null, phone: null, name: null, note: 'a note', source: null }
  return {
    id: randomUUID(),
    clientId: 'client',
    idempotencyKey: randomUUID(),
    requestHash: 'a',
    contentHash: 'b',
    lead,
  }
}

function created(rows: readonly LeadRow[]): StoredLead[] {
  return rows.map(({ id, lead, requestHash }) => {
    return { created: true, recent: true, lead: { ...lead, id, createdAt: new Date() }, generation: 1, requestHash }
  })
}

/** A store whose lists the test commits or fails, in any order. */
function manualStore() {
  const lists: { rows: readonly LeadRow[]; commit: () => void; fail: (error: unknown) => void }[] = []
  return {
    lists,
    storeAll: (rows: readonly LeadRow[]) =>
      new Promise<StoredLead[]>((resolve, reject) => {
        lists.push({ rows, commit: () => resolve(created(rows)), fail: reject })
      }),
  }
}

async function settle() {
  for (let i = 0; i < 50; i += 1) await turn()
}

const unavailable = new AppError(ErrorCode.Unavailable, 'unreachable')

/** An intake that commits lists with `flush`. */
function intakeWith(flush: FlushItems<readonly LeadRow[], readonly StoreOutcome[]>) {
  const unused = () => expect.unreachable()
  return createIntake({
    admitLeads: () => undefined,
    leadReads: { submit: unused, drain: unused },
    groupCommit: { submit: unused, drain: unused },
    listCommit: createBatcher({ maxBatchSize: 4, maxInFlight: 1, maxQueued: 32, flush }),
    events: { publish: () => undefined },
    retriage: { leads: {} as never, audit: {} as never, leadsPerSecond: 1 },
    erasures: {} as never,
  })
}

async function* endlessRows(): AsyncGenerator<ImportRow[]> {
  for (let number = 1; ; number += 1) {
    await turn()
    const fields = { idempotency_key: randomUUID(), note: 'a note' }
    yield [{ number, size: 600_000, content: { kind: 'fields', fields } }]
  }
}

test('at most 16 lists are in flight, and the others follow in order', async () => {
  const { lists, storeAll } = manualStore()
  const store = createRetryingStore(storeAll)
  const rows = Array.from({ length: 40 }, () => [makeRow()])
  const stored = Promise.all(rows.map((list) => store.storeAll(list, never)))
  await settle()
  expect(lists).toHaveLength(16)
  lists[7]?.commit()
  lists[3]?.commit()
  await settle()
  expect(lists).toHaveLength(18)
  for (let i = 0; i < rows.length; i += 1) {
    lists[i]?.commit()
    await settle()
  }
  expect(lists.map((list) => list.rows)).toEqual(rows)
  expect((await stored).flat()).toMatchObject(rows.map(([row]) => ({ lead: { id: row?.id } })))
})

test('a queued list whose import has ended is skipped', async () => {
  const { lists, storeAll } = manualStore()
  const store = createRetryingStore(storeAll)
  const inFlight = Array.from({ length: 16 }, () => store.storeAll([makeRow()], never))
  const controller = new AbortController()
  const ended = store.storeAll([makeRow()], controller.signal)
  const next = store.storeAll([makeRow()], never)
  await settle()
  controller.abort(new Error('stopping'))
  lists[0]?.commit()
  await expect(ended).rejects.toThrow('stopping')
  await settle()
  expect(lists).toHaveLength(17)
  for (const { commit } of lists) commit()
  await Promise.all([...inFlight, next])
})

test('an import that ends while its list is retried throws the error of the last attempt', async () => {
  const { lists, storeAll } = manualStore()
  const controller = new AbortController()
  const stored = createRetryingStore(storeAll).storeAll([makeRow()], controller.signal)
  await settle()
  lists[0]?.fail(unavailable)
  await settle()
  controller.abort(new Error('stopping'))
  await expect(stored).rejects.toBe(unavailable)
  expect(lists).toHaveLength(1)
})

test('a list is validated once, and every attempt to store it has new ids', async () => {
  const attempts: LeadRow[] = []
  const intake = intakeWith(async (lists) => {
    attempts.push(...lists.flat())
    if (attempts.length < 3) throw unavailable
    return insertLists(async (rows) => created(rows), lists)
  })
  async function* rows(): AsyncGenerator<ImportRow[]> {
    const fields = { idempotency_key: randomUUID(), note: 'a note' }
    yield [{ number: 1, size: 10, content: { kind: 'fields', fields } }]
  }
  const lists = intake.importLeads(CALLER, { rows: rows(), importKey: undefined, signal: never })
  expect((await lists.next()).value).toMatchObject({ progress: { rows: 1, created: 1 } })
  expect(attempts).toHaveLength(3)
  for (const { lead } of attempts) expect(lead).toBe(attempts[0]?.lead) // not a copy
  expect(new Set(attempts.map(({ id }) => id)).size).toBe(3)
})

test('a batch of leads is accepted while the maximum number of imports is running', async () => {
  const { promise: committing, resolve: commit } = Promise.withResolvers<void>()
  const intake = intakeWith(async (lists) => {
    await committing
    return lists.map(created)
  })
  const imports = Array.from({ length: 32 }, () =>
    intake.importLeads(CALLER, { rows: endlessRows(), importKey: undefined, signal: never }),
  )
  const first = imports.map((lists) => lists.next())
  await settle()
  const input = { idempotency_key: randomUUID(), lead: { note: 'a note' } }
  const batches = Array.from({ length: 16 }, () => intake.batchCreateLeads(CALLER, [input]))
  const outcomes = Promise.allSettled(batches)
  await settle()
  commit()
  expect((await outcomes).filter(({ status }) => status === 'rejected')).toEqual([])
  await Promise.all(first)
  await Promise.all(imports.map((lists) => lists.return()))
})
