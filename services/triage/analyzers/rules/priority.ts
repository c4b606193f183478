import { Intent, Priority } from '../../../../domain/vocabulary.ts'
import type { Fact } from './facts.ts'

type Facts = ReadonlySet<Fact>

/** Decides how soon a person must move, by the table and the rulings of TRIAGE.md. */
export function decidePriority(intent: Intent, facts: Facts): Priority {
  switch (intent) {
    case Intent.Spam:
    case Intent.Job:
      return Priority.P3
    case Intent.Buy:
      return withoutHurry(priorityOfBuyer(facts), facts)
    case Intent.Support:
      return withoutHurry(priorityOfSupport(facts), facts)
    case Intent.Other:
      return priorityOfOther(facts)
  }
}

function priorityOfBuyer(facts: Facts): Priority {
  const dueSoon = facts.has('due-this-week') || facts.has('due-next-week')
  if (facts.has('contact-now')) return Priority.P0
  if (facts.has('nothing-needed') && !facts.has('due-this-week')) return Priority.P3
  if (facts.has('far-off') && !dueSoon) return Priority.P3
  if (dueSoon && (facts.has('concrete') || facts.has('decided') || !facts.has('exploring'))) return Priority.P0
  if (facts.has('decided') && facts.has('due-in-weeks')) return Priority.P0
  // Planning ahead without hurry for something definite: the one step down is `withoutHurry`'s to take.
  const definite = facts.has('decided') || (facts.has('no-rush') && facts.has('concrete'))
  if (facts.has('exploring') && !definite) return Priority.P2
  if (isConcrete(facts)) return Priority.P1
  return Priority.P2
}

function isConcrete(facts: Facts): boolean {
  return facts.has('concrete') || facts.has('decided') || facts.has('due-in-weeks') || facts.has('partner')
}

function priorityOfSupport(facts: Facts): Priority {
  if (facts.has('resolved')) return Priority.P3
  if (facts.has('mass-damage') || facts.has('breach') || facts.has('data-loss')) return Priority.P0
  if (facts.has('outage')) return Priority.P0
  if (facts.has('many-affected') && !facts.has('minor') && !facts.has('how-to')) return Priority.P0
  if (facts.has('blocked') || facts.has('urgent') || facts.has('standstill')) return Priority.P1
  if (facts.has('how-to') || facts.has('minor') || facts.has('routine')) return Priority.P2
  return Priority.P1
}

function priorityOfOther(facts: Facts): Priority {
  if (facts.has('breach')) return Priority.P0
  if ((facts.has('legal') || facts.has('press')) && facts.has('due-this-week')) return Priority.P1
  if (facts.has('legal') || facts.has('press') || facts.has('partner')) return Priority.P2
  const leaveAlone: readonly Fact[] = ['thanks', 'greeting', 'test', 'misdirected', 'automatic']
  return leaveAlone.some((fact) => facts.has(fact)) ? Priority.P3 : Priority.P2
}

const ONE_STEP_DOWN: Readonly<Record<Priority, Priority>> = { P0: 'P1', P1: 'P2', P2: 'P3', P3: 'P3' }

/** "No rush" lowers the priority by one step, unless the note also names a date of this week. */
function withoutHurry(priority: Priority, facts: Facts): Priority {
  return facts.has('no-rush') && !facts.has('due-this-week') ? ONE_STEP_DOWN[priority] : priority
}
