import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import type { BatchOutcome } from '../batch-create-leads.ts'
import type { ImportedList } from './import-leads.ts'
import { importLeads } from './import-leads.ts'
import type { ImportRow } from './row.ts'

/** A store whose lists the test commits or fails. */
function manualStore() {
  const lists: { length: number; commit: () => void; fail: (error: unknown) => void }[] = []
  return {
    lists,
    storeList: ({ length }: readonly unknown[]) =>
      new Promise<readonly BatchOutcome[]>((resolve, reject) => {
        const created = Array.from({ length }, () => ({ kind: 'created' }) as BatchOutcome)
        lists.push({ length, commit: () => resolve(created), fail: reject })
      }),
  }
}

function rowsFrom(first: number, count: number, size = 10): ImportRow[] {
  return Array.from({ length: count }, (_, index) => ({
    number: first + index,
    size,
    content: { kind: 'fields', fields: { note: 'a note' } },
  }))
}

/** Yields chunks of 100 rows endlessly, and counts the rows. */
function endlessRows(size?: number) {
  let rows = 0
  let ended = false
  async function* parts(): AsyncGenerator<ImportRow[]> {
    try {
      for (; ; rows += 100) {
        await turn() // keeps an endless reader from blocking the event loop
        yield rowsFrom(rows + 1, 100, size)
      }
    } finally {
      ended = true
    }
  }
  return { stream: parts(), rows: () => rows + 100, ended: () => ended }
}

function start({ storeList }: ReturnType<typeof manualStore>, rows: AsyncIterable<readonly ImportRow[]>) {
  return importLeads({ storeList }, { rows, importKey: undefined, signal: new AbortController().signal })
}

async function settle() {
  for (let i = 0; i < 50; i += 1) await turn()
}

test('stores two lists at a time, and reads no more rows than the next list needs', async () => {
  const store = manualStore()
  const source = endlessRows()
  const lists = start(store, source.stream)
  const first = lists.next()
  await settle()
  expect(store.lists.map(({ length }) => length)).toEqual([100, 500]) // the first list does not wait until it is full
  expect(source.rows()).toBe(1_100)
  store.lists[0]?.commit()
  expect((await first).value).toMatchObject({ progress: { rows: 100, created: 100 } })
  await settle()
  expect(source.rows()).toBe(1_100) // no further line of the response was requested
})

test('long rows make shorter lists', async () => {
  const store = manualStore()
  const source = endlessRows(200_000)
  const lists = start(store, source.stream)
  void lists.next()
  await settle()
  expect(store.lists.map(({ length }) => length)).toEqual([6, 6])
  expect(source.rows()).toBe(100)
})

test('progress is reported in the order of rows, whichever list is committed first', async () => {
  const store = manualStore()
  const lists = start(store, endlessRows().stream)
  const [first, second] = [lists.next(), lists.next()]
  await settle()
  store.lists[1]?.commit()
  await settle()
  store.lists[0]?.commit()
  expect(((await first).value as ImportedList).progress.rows).toBe(100)
  expect(((await second).value as ImportedList).progress.rows).toBe(600)
})

test('after a list fails, the import ends once no list is in flight', async () => {
  const store = manualStore()
  const source = endlessRows()
  const lists = start(store, source.stream)
  let ended = false
  const first = lists.next().finally(() => {
    ended = true
  })
  first.catch(() => undefined)
  await settle()
  store.lists[0]?.fail(new AppError(ErrorCode.Unavailable, 'unreachable'))
  await settle()
  expect(ended).toBe(false)
  store.lists[1]?.commit()
  await expect(first).rejects.toMatchObject({ code: 'unavailable' })
  await settle()
  expect(source.ended()).toBe(true)
})

test('when the reader returns between two lists, the import ends once no list is in flight', async () => {
  const store = manualStore()
  const source = endlessRows()
  const lists = start(store, source.stream)
  const first = lists.next()
  await settle()
  store.lists[0]?.commit()
  await first
  let ended = false
  const returned = lists.return().then(() => {
    ended = true
  })
  await settle()
  expect(store.lists).toHaveLength(2)
  expect(ended).toBe(false)
  store.lists[1]?.commit()
  await returned
  await settle()
  expect(source.ended()).toBe(true)
})

test('an error of the source is thrown after the rows before it are stored', async () => {
  const store = manualStore()
  async function* broken() {
    yield rowsFrom(1, 700)
    throw new Error('broken')
  }
  const lists = start(store, broken())
  const [first, second, third] = [lists.next(), lists.next(), lists.next()]
  third.catch(() => undefined)
  await settle()
  for (const { commit } of store.lists) commit()
  expect((await first).value).toMatchObject({ progress: { rows: 500 } })
  expect((await second).value).toMatchObject({ progress: { rows: 700 } })
  await expect(third).rejects.toThrow('broken')
})

test('an abort ends the import after the lists in flight, with its reason', async () => {
  const store = manualStore()
  const controller = new AbortController()
  async function* untilAborted() {
    yield rowsFrom(1, 600)
    yield rowsFrom(601, 300) // together with the 100 left over not a full list
    await new Promise((_, reject) => controller.signal.addEventListener('abort', () => reject(new Error('aborted'))))
  }
  const lists = importLeads(store, { rows: untilAborted(), importKey: undefined, signal: controller.signal })
  const reported = Readable.from(lists).toArray()
  reported.catch(() => undefined)
  await settle()
  controller.abort(new AppError(ErrorCode.Unavailable, 'stopping'))
  await settle()
  for (const { commit } of store.lists) commit()
  await expect(reported).rejects.toMatchObject({ message: 'stopping' })
  expect(store.lists.map(({ length }) => length)).toEqual([500])
})
