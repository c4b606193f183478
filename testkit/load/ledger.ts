import type { NewLead } from '../../domain/lead.ts'

/*
 * What the clients know: every idempotency key they used, the leads they sent under it and the responses they got. What
 * is stored is checked against this alone; nothing in it comes from the tables of the product.
 */

/** A lead in a response. */
export interface AnsweredLead extends NewLead {
  readonly id: string
  /** RFC 3339, as received. */
  readonly createdAt: string
}

/** The final response to a call: 201, 200 or 409, or a status that no client should get. */
export interface FinalAnswer {
  readonly status: number
  /** Whether the response had `Idempotent-Replayed: true`. */
  readonly replayed: boolean
  /** With 200 and 201. */
  readonly lead: AnsweredLead | undefined
}

/** One call of a client with its retries. */
export interface Call {
  readonly asked: NewLead
  /** Kinds of failed attempts, such as `503` or `ECONNRESET`. */
  readonly failures: string[]
  answer: FinalAnswer | undefined
}

/** All calls with one idempotency key. */
export interface Entry {
  readonly key: string
  readonly calls: Call[]
}

export interface Ledger {
  /** Records a call before its first attempt. */
  open(key: string, asked: NewLead): Call
  entries(): Iterable<Entry>
  find(key: string): Entry | undefined
  /** Ids of the leads that a response reported as stored. */
  acknowledgedIds(): string[]
  /** Failed attempts of all calls by kind, the most frequent first. */
  failures(): [kind: string, count: number][]
  /** Number of calls that failed for a client with a single retry. */
  failedTwice(): number
}

export function createLedger(): Ledger {
  const byKey = new Map<string, Entry>()
  const calls = () => [...byKey.values()].flatMap((entry) => entry.calls)
  return {
    open: (key, asked) => {
      const call: Call = { asked, failures: [], answer: undefined }
      const entry = byKey.get(key) ?? { key, calls: [] }
      byKey.set(key, entry)
      entry.calls.push(call)
      return call
    },
    entries: () => byKey.values(),
    find: (key) => byKey.get(key),
    acknowledgedIds: () => [...byKey.values()].flatMap((entry) => acknowledgedLead(entry)?.id ?? []),
    failures: () => {
      const counts = new Map<string, number>()
      for (const kind of calls().flatMap((call) => call.failures)) counts.set(kind, (counts.get(kind) ?? 0) + 1)
      return [...counts].sort(([, a], [, b]) => b - a)
    },
    failedTwice: () => calls().filter(({ failures }) => failures.length > 1).length,
  }
}

/** The lead in the first response that reported it as stored. */
export function acknowledgedLead({ calls }: Entry): AnsweredLead | undefined {
  return calls.find(({ answer }) => answer?.lead)?.answer?.lead
}
