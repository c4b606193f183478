import { hasSameContent } from './leads.ts'
import type { Call, Entry, Ledger } from './ledger.ts'
import { acknowledgedLead } from './ledger.ts'
import type { StoredLead } from './stored-leads.ts'

/** The differences between ledger and database. Every line names a key or a lead and what is wrong with it. */
export interface Verdict {
  /** Leads that were acknowledged but are not stored, or stored but neither triaged nor dead-lettered. */
  readonly lost: string[]
  /** Leads that are stored or triaged more than once, or that no client sent. */
  readonly duplicated: string[]
  /** Responses that no client may get. */
  readonly wrong: string[]
  /** Number of dead letters. They count as `wrong`, because every note can be triaged whatever the fault. */
  readonly deadLetters: number
}

/**
 * @param stored all stored leads, once everything is settled
 * @param strays ids of leads that do not exist but have an insight or dead letter
 */
export function checkLedger(ledger: Ledger, stored: readonly StoredLead[], strays: readonly string[]): Verdict {
  const byKey = Map.groupBy(stored, ({ key }) => key)
  const entries = [...ledger.entries()]
  return {
    lost: [
      ...entries
        .filter((entry) => acknowledgedLead(entry) && !byKey.has(entry.key))
        .map(({ key }) => `${key}: no lead`),
      ...stored
        .filter((lead) => lead.insights + lead.deadLetters === 0)
        .map(({ id }) => `lead ${id}: neither insight nor dead letter`),
    ],
    duplicated: [
      ...[...byKey].filter(([, leads]) => leads.length > 1).map(([key, leads]) => `${key}: ${leads.length} leads`),
      ...stored.filter(({ key }) => !ledger.find(key)).map(({ id }) => `lead ${id}: no client sent it`),
      ...stored.flatMap(faultsOfInsight),
      ...strays.map((id) => `insight or dead letter of ${id}: the lead does not exist`),
    ],
    wrong: [
      ...entries.flatMap((entry) => faultsOfResponses(entry, byKey.get(entry.key)?.[0])),
      ...stored
        .filter(({ deadLetters }) => deadLetters > 0)
        .map(({ id }) => `lead ${id}: a dead letter without a cause`),
    ],
    deadLetters: stored.filter(({ deadLetters }) => deadLetters > 0).length,
  }
}

function faultsOfInsight(lead: StoredLead): string[] {
  const { id, insights, insightIsOriginal, insightIsOfNote, deadLetters, parkedLetters } = lead
  if (insights + deadLetters > 1) return [`lead ${id}: ${insights} insights and ${deadLetters} dead letters`]
  if (insights === 0) return []
  return [
    ...(insightIsOriginal ? [] : [`lead ${id}: its insight was replaced`]),
    ...(insightIsOfNote ? [] : [`lead ${id}: its insight is of another note`]),
    ...(parkedLetters === 0 ? [] : [`lead ${id}: it has an insight and is parked`]),
  ]
}

/** Every call must have a response, with the stored lead or a conflict, and exactly one may have created the lead. */
function faultsOfResponses({ key, calls }: Entry, stored: StoredLead | undefined): string[] {
  const faults = calls.map((call) => faultOfResponse(call, stored)).filter((fault) => fault !== undefined)
  const created = calls.filter(({ answer }) => answer?.status === 201).length
  if (created > 1) faults.push(`${created} calls got 201`)
  if (stored && !calls.some(({ asked }) => hasSameContent(asked, stored)))
    faults.push('the stored lead differs from what was sent')
  return faults.map((fault) => `${key}: ${fault}`)
}

function faultOfResponse({ asked, answer, failures }: Call, stored: StoredLead | undefined): string | undefined {
  if (answer === undefined) return `no response (${failures.at(-1) ?? 'no attempt'})`
  const { status, replayed, lead } = answer
  if (status === 409) {
    if (stored === undefined) return 'conflict with a lead that is not stored'
    return hasSameContent(stored, asked) ? 'conflict in spite of the same body' : undefined
  }
  if (lead === undefined) return `status ${status}`
  if ((status === 200) !== replayed) return `${status} with Idempotent-Replayed ${replayed}`
  if (!hasSameContent(lead, asked)) return 'response with another lead than was sent'
  if (stored === undefined) return undefined // reported as lost
  if (lead.id === stored.id && lead.createdAt === stored.createdAt && hasSameContent(lead, stored)) return undefined
  return `response with ${lead.id}, ${lead.createdAt}; stored is ${stored.id}, ${stored.createdAt}`
}
