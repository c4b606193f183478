import type { NewLead } from '../../domain/lead.ts'

/*
 * What the clients know: every key they used, what they asked for under it and what they were told. The verdict is
 * made from this alone; nothing in here comes from the product's tables.
 */

/** A lead as an answer describes it. */
export interface AnsweredLead extends NewLead {
  readonly id: string
  /** RFC 3339, as it came. */
  readonly createdAt: string
}

/** The final answer to a call: 201, 200 or 409, or a status that no client should see. */
export interface FinalAnswer {
  readonly status: number
  /** Whether the answer said `Idempotent-Replayed: true`. */
  readonly replayed: boolean
  /** With 200 and 201. */
  readonly lead: AnsweredLead | undefined
}

/** One wish of a client, tried until it was answered. */
export interface Call {
  readonly asked: NewLead
  /** Failed tries by kind, such as `503` or `ECONNRESET`. */
  readonly failures: string[]
  answer: FinalAnswer | undefined
}

/** All that was ever sent under one idempotency key. */
export interface Entry {
  readonly key: string
  readonly calls: Call[]
}

export interface Ledger {
  /** Notes down a call before its first try. */
  open(key: string, asked: NewLead): Call
  entries(): Iterable<Entry>
  find(key: string): Entry | undefined
  /** Ids of the leads that clients were told are stored. */
  acknowledgedIds(): string[]
  /** Failed tries of all calls by kind, the most frequent first. */
  failures(): [kind: string, count: number][]
  /** Calls that a client with a single retry would have given up. */
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

/** The first answer that says the lead of this key is stored. */
export function acknowledgedLead({ calls }: Entry): AnsweredLead | undefined {
  return calls.find(({ answer }) => answer?.lead)?.answer?.lead
}
