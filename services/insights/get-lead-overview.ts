import { z } from 'zod'
import type { Correction } from '../../domain/correction.ts'
import { uuidSchema } from '../../domain/uuid.ts'
import type { Principal } from '../../lib/auth/principal.ts'
import { parseRequest } from '../../lib/errors/parse.ts'
import type { CorrectionStore } from './corrections/correction-store.ts'
import { leadNotFound } from './insight-errors.ts'
import type { LeadInsight } from './leads/lead-insight.ts'
import { mayReadPersonalData, withoutPersonalData } from './leads/lead-insight.ts'
import type { FailedTriage, OverviewStore } from './overview/overview-store.ts'

/** Everything that is known about a lead. */
export interface LeadOverview {
  readonly lead: LeadInsight
  /** The newest {@link MAX_CORRECTIONS}, newest first. */
  readonly corrections: readonly Correction[]
  readonly deadLetter: FailedTriage | undefined
  /** Other leads with the same email address or phone number: the newest {@link MAX_RELATED}, newest first. */
  readonly related: readonly LeadInsight[]
  /** What happened to the lead, oldest first. */
  readonly timeline: readonly TimelineEntry[]
}

export const TimelineEvent = {
  /** The lead was committed. */
  Received: 'received',
  /** The first insight was stored, or the current one. */
  Triaged: 'triaged',
  DeadLettered: 'dead_lettered',
  Corrected: 'corrected',
} as const
export type TimelineEvent = (typeof TimelineEvent)[keyof typeof TimelineEvent]

interface TimelineEntry {
  readonly event: TimelineEvent
  /** By the database's clock. */
  readonly time: Date
  /** The client, the analyzer or the actor; undefined if unknown. */
  readonly by: string | undefined
}

export interface GetLeadOverviewDependencies {
  readonly overviews: OverviewStore
  readonly corrections: Pick<CorrectionStore, 'listByLead'>
}

const MAX_CORRECTIONS = 50
const MAX_RELATED = 20

const requestSchema = z.object({ lead_id: uuidSchema })

/**
 * Returns everything that is known about a lead, by look-ups in indexes only. A caller that may not read personal data
 * gets none, no comments, and no related leads, since they tell which leads are of the same person.
 *
 * @param leadId not validated yet
 * @throws AppError `invalid_request`, `lead_not_found`, `unavailable`
 */
export async function getLeadOverview(
  { overviews, corrections }: GetLeadOverviewDependencies,
  principal: Principal,
  leadId: unknown,
): Promise<LeadOverview> {
  const { lead_id: id } = parseRequest(requestSchema, { lead_id: leadId })
  const isPersonal = mayReadPersonalData(principal)
  const [lead, corrected, deadLetter, related] = await Promise.all([
    overviews.readLead(id),
    corrections.listByLead(id, MAX_CORRECTIONS),
    overviews.findDeadLetter(id),
    isPersonal ? overviews.listRelated(id, MAX_RELATED) : [],
  ])
  if (lead === undefined) throw leadNotFound(id)
  return {
    lead: isPersonal ? lead : withoutPersonalData(lead),
    corrections: isPersonal ? corrected : corrected.map((correction) => ({ ...correction, comment: null })),
    deadLetter,
    related,
    timeline: timelineOf(lead, corrected, deadLetter),
  }
}

function timelineOf(
  { lead, clientId, insight }: LeadInsight,
  corrections: readonly Correction[],
  deadLetter: FailedTriage | undefined,
): TimelineEntry[] {
  const { Received, Triaged, DeadLettered, Corrected } = TimelineEvent
  const entries: TimelineEntry[] = [{ event: Received, time: lead.createdAt, by: clientId }]
  if (insight !== undefined) {
    const { createdAt, updatedAt, analyzer } = insight
    // which analyzer made an insight that was replaced is not stored
    if (createdAt < updatedAt) entries.push({ event: Triaged, time: createdAt, by: undefined })
    entries.push({ event: Triaged, time: updatedAt, by: analyzer })
  }
  if (deadLetter !== undefined) entries.push({ event: DeadLettered, time: deadLetter.failedAt, by: undefined })
  for (const { createdAt, actor } of corrections) entries.push({ event: Corrected, time: createdAt, by: actor })
  return entries.sort((one, other) => one.time.getTime() - other.time.getTime())
}
