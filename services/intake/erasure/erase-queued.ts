import type { MessageEraser } from '../../../lib/jetstream/erase-messages.ts'
import type { JetStreamNames } from '../../../lib/jetstream/names.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'

/*
 * Erases what the stream of leads has of erased leads. Invariants:
 *  1. A waiting or delivered message is overwritten and deleted.
 *  2. The bytes of a message that triage acknowledged stay in the stream's file until the stream is empty, when
 *     nats-server removes the file, or until the file is complete and the next one is written. An erasure stays open
 *     until one of the two has happened.
 *  3. A message published after that, by a process that was frozen, is erased by the worker that receives it
 *     (services/triage/erasure/).
 */

/** Leads per call. */
const BATCH_SIZE = 5_000
/** Leads whose messages one call erases, and how many at once. */
const MAX_ERASED = 500
const CONCURRENCY = 50
/** A file has at most 8 MB, and a message of a lead at least 400 bytes. */
const MESSAGES_PER_FILE = 25_000

/**
 * @returns erases messages and closes the erasures that are complete; resolves to whether another call has work to do.
 *   Call it repeatedly, in one process at a time
 */
export function createQueueErasure(eraser: MessageEraser, names: JetStreamNames): (sql: Sql) => Promise<boolean> {
  /** The last sequence of the stream when a lead's message was erased. */
  const erasedAt = new Map<string, number>()

  const eraseMessages = async (leadIds: readonly string[]) => {
    for (let from = 0; from < leadIds.length; from += CONCURRENCY) {
      const part = leadIds.slice(from, from + CONCURRENCY)
      await Promise.all(part.map((id) => eraser.erase(names.leadsStream, names.leadReceived(id)))) // 1
    }
    const { lastSequence = 0 } = (await eraser.state(names.leadsStream)) ?? {}
    for (const id of leadIds) erasedAt.set(id, lastSequence)
  }
  const close = async (sql: Sql, leadIds: readonly string[]) => {
    await sql`delete from pending_erasures where part = 'queue' and lead_id = any(${[...leadIds]}::uuid[])`
    for (const id of leadIds) erasedAt.delete(id)
  }

  return async (sql) => {
    const rows = await sql<{ lead_id: string }[]>`
      select lead_id from pending_erasures where part = 'queue' order by lead_id limit ${BATCH_SIZE}`
    if (rows.length === 0) return false
    const open = rows.map(({ lead_id: id }) => id)
    const { messages, lastSequence } = (await eraser.state(names.leadsStream)) ?? { messages: 0, lastSequence: 0 }
    if (messages === 0) {
      await close(sql, open) // 2
      return open.length === BATCH_SIZE
    }
    const isOverwritten = (id: string) => lastSequence >= (erasedAt.get(id) ?? lastSequence) + MESSAGES_PER_FILE
    const complete = open.filter(isOverwritten)
    if (complete.length > 0) await close(sql, complete) // 2
    const waiting = open.filter((id) => !erasedAt.has(id) && !isOverwritten(id)).slice(0, MAX_ERASED)
    if (waiting.length > 0) await eraseMessages(waiting)
    return waiting.length === MAX_ERASED
  }
}
