import type { NewLead } from '../../domain/lead.ts'
import { isSame } from '../chaos/verdict.ts'

/*
 * What the attacker knows about every idempotency key that it ever sent. The database is compared with this alone.
 */

interface Entry {
  readonly caseName: string
  /** What may be stored under the key; nothing when no valid request was sent under it. */
  readonly sent: NewLead[]
  acknowledged: boolean
}

/** A row of `leads`. */
export interface StoredLead extends NewLead {
  readonly key: string
}

export interface Ledger {
  /** Notes that a request with this key is about to be sent which must not store anything. */
  sendInvalid(caseName: string, key: string): void
  /** Notes that a valid lead is about to be sent. It may be stored even when no answer comes. */
  sendValid(caseName: string, key: string, lead: NewLead): void
  /** Notes that an answer said that the key's lead is stored. */
  acknowledge(key: string): void
  /** What is wrong with the database; every line names a case. */
  compare(stored: readonly StoredLead[]): { caseName: string; fault: string }[]
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
    sendInvalid: (caseName, key) => void entryOf(caseName, key),
    sendValid: (caseName, key, lead) => void entryOf(caseName, key).sent.push(lead),
    acknowledge: (key) => {
      const entry = entries.get(key.toLowerCase())
      if (entry !== undefined) entry.acknowledged = true
    },
    compare: (stored) => {
      const byKey = Map.groupBy(stored, ({ key }) => key)
      const faults: { caseName: string; fault: string }[] = []
      for (const [key, rows] of byKey) {
        const entry = entries.get(key)
        const tell = (fault: string) => faults.push({ caseName: entry?.caseName ?? 'unknown', fault })
        if (rows.length > 1) tell(`stored ${rows.length} times`)
        if (entry === undefined) tell(`a lead is stored under ${key}, which was never sent`)
        else if (entry.sent.length === 0) tell('an invalid request was stored')
        else if (!rows.every((row) => entry.sent.some((lead) => isSame(lead, row))))
          tell('stored differently than sent')
      }
      for (const [key, { acknowledged, caseName }] of entries)
        if (acknowledged && !byKey.has(key)) faults.push({ caseName, fault: 'acknowledged, and not stored' })
      return faults
    },
    get acknowledgedCount() {
      return [...entries.values()].filter(({ acknowledged }) => acknowledged).length
    },
  }
}
