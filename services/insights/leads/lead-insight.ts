import type { Insight } from '../../../domain/insight.ts'
import type { Lead } from '../../../domain/lead.ts'
import type { Principal } from '../../../lib/auth/principal.ts'
import { Scope } from '../../../lib/auth/scopes.ts'

export const LeadState = {
  /** The lead waits for triage and has no insight. */
  Pending: 'pending',
  /** The lead has an insight. */
  Open: 'open',
  /** Triage failed. The lead has no insight, and gets none unless it is redriven. */
  DeadLettered: 'dead_lettered',
} as const
export type LeadState = (typeof LeadState)[keyof typeof LeadState]

/** A lead with its insight and its current state. */
export interface LeadInsight {
  readonly lead: Lead
  readonly clientId: string
  readonly state: LeadState
  /** Set exactly if the state is open. */
  readonly insight: Insight | undefined
  /** Why the lead was dead-lettered; undefined in any other state. */
  readonly deadLetterReason: string | undefined
}

/** Whether a caller may see what people wrote, their names and their addresses. */
export function mayReadPersonalData({ scopes }: Pick<Principal, 'scopes'>): boolean {
  return scopes.has(Scope.LeadsRead)
}

/** Removes what people wrote, their names and their addresses. */
export function withoutPersonalData(row: LeadInsight): LeadInsight {
  return { ...row, lead: { ...row.lead, email: null, phone: null, name: null, note: '' } }
}
