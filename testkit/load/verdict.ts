import { hasSameContent } from './leads.ts'
import type { Call, Entry, Ledger } from './ledger.ts'
import { acknowledgedLead } from './ledger.ts'
import type { StoredLead } from './stored-leads.ts'

/** What the ledger says of the database; every line names a key or a lead and what is wrong with it. */
export interface Verdict {
  /** Acknowledged and not there, or stored and neither triaged nor a dead letter. */
  readonly lost: string[]
  /** There more than once, triaged more than once, or from nobody. */
  readonly doubled: string[]
  /** Answers that no client may get. */
  readonly wrong: string[]
  /** Leads that ended as dead letters: no fault is a cause for that, since every note can be triaged; part of `wrong`. */
  readonly deadLetters: number
}

/**
 * @param stored all leads that are stored, once everything is settled
 * @param strays leads that are named by insights or dead letters and are not there
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
    doubled: [
      ...[...byKey].filter(([, leads]) => leads.length > 1).map(([key, leads]) => `${key}: ${leads.length} leads`),
      ...stored.filter(({ key }) => !ledger.find(key)).map(({ id }) => `lead ${id}: nobody sent it`),
      ...stored.flatMap(faultsOfInsight),
      ...strays.map((id) => `insight or dead letter of ${id}: there is no such lead`),
    ],
    wrong: [
      ...entries.flatMap((entry) => faultsOfAnswers(entry, byKey.get(entry.key)?.[0])),
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
    ...(parkedLetters === 0 ? [] : [`lead ${id}: it has an insight and is to be triaged again`]),
  ]
}

/** Every call of a key was answered, with the lead that is stored or with a conflict, and only one made the lead. */
function faultsOfAnswers({ key, calls }: Entry, stored: StoredLead | undefined): string[] {
  const faults = calls.map((call) => faultOfAnswer(call, stored)).filter((fault) => fault !== undefined)
  const created = calls.filter(({ answer }) => answer?.status === 201).length
  if (created > 1) faults.push(`${created} calls were told that they created it`)
  if (stored && !calls.some(({ asked }) => hasSameContent(asked, stored)))
    faults.push('what is stored is not what was sent')
  return faults.map((fault) => `${key}: ${fault}`)
}

function faultOfAnswer({ asked, answer, failures }: Call, stored: StoredLead | undefined): string | undefined {
  if (answer === undefined) return `never answered (${failures.at(-1) ?? 'no try'})`
  const { status, replayed, lead } = answer
  if (status === 409) {
    if (stored === undefined) return 'told of a conflict with a lead that is not there'
    return hasSameContent(stored, asked) ? 'a repeat was told that it is a conflict' : undefined
  }
  if (lead === undefined) return `answered ${status}`
  if ((status === 200) !== replayed) return `${status} with Idempotent-Replayed ${replayed}`
  if (!hasSameContent(lead, asked)) return 'answered with another lead than it asked for'
  if (stored === undefined) return undefined // lost: said elsewhere
  if (lead.id === stored.id && lead.createdAt === stored.createdAt && hasSameContent(lead, stored)) return undefined
  return `told of ${lead.id}, ${lead.createdAt}; there is ${stored.id}, ${stored.createdAt}`
}
