import type { NewLead } from '../../domain/lead.ts'
import { hasSameContent } from '../../testkit/load/leads.ts'

/*
 * What the fuzzers sent under each idempotency key. After the run the database is compared with it.
 */

interface Entry {
  readonly caseName: string
  /** The leads that may be stored under the key; empty if no valid request was sent with it. */
  readonly sent: NewLead[]
  acknowledged: boolean
}

/** A row of `leads`. */
export interface StoredLead extends NewLead {
  readonly key: string
}

export interface Ledger {
  /** Records that an invalid request, which must store nothing, is about to be sent with this key. */
  recordInvalid(caseName: string, key: string): void
  /** Records that a valid lead is about to be sent. It may be stored even if no response arrives. */
  recordValid(caseName: string, key: string, lead: NewLead): void
  /** Records that a response confirmed the lead of this key. */
  acknowledge(key: string): void
  /** Records that the lead of this key was erased: nothing may be stored under the key any more. */
  recordErased(key: string): void
  /** Compares the rows of `leads` with what was sent. */
  compare(stored: readonly StoredLead[]): { caseName: string; violation: string }[]
  readonly acknowledgedCount: number
}

export function createLedger(): Ledger {
  const entries = new Map<string, Entry>()
  const entryOf = (caseName: string, key: string) => {
    const entry = entries.get(key.toLowerCase()) ?? { caseName, sent: [], acknowledged: false }
    entries.set(key.toLowerCase(), entry)
    return entry
  }
  return {
    recordInvalid: (caseName, key) => void entryOf(caseName, key),
    recordValid: (caseName, key, lead) => void entryOf(caseName, key).sent.push(lead),
    acknowledge: (key) => {
      const entry = entries.get(key.toLowerCase())
      if (entry !== undefined) entry.acknowledged = true
    },
    recordErased: (key) => {
      const entry = entries.get(key.toLowerCase())
      if (entry !== undefined) Object.assign(entry, { acknowledged: false, sent: [] })
    },
    compare: (stored) => {
      const byKey = Map.groupBy(stored, ({ key }) => key)
      const violations: { caseName: string; violation: string }[] = []
      for (const [key, rows] of byKey) {
        const entry = entries.get(key)
        const report = (violation: string) => violations.push({ caseName: entry?.caseName ?? 'unknown', violation })
        if (rows.length > 1) report(`stored ${rows.length} times`)
        if (entry === undefined) report(`a lead is stored under ${key}, which was never sent`)
        else if (entry.sent.length === 0) report('an invalid request was stored')
        else if (!rows.every((row) => entry.sent.some((lead) => hasSameContent(lead, row))))
          report('stored differently than sent')
      }
      for (const [key, { acknowledged, caseName }] of entries)
        if (acknowledged && !byKey.has(key)) violations.push({ caseName, violation: 'acknowledged, but not stored' })
      return violations
    },
    get acknowledgedCount() {
      return [...entries.values()].filter(({ acknowledged }) => acknowledged).length
    },
  }
}
