import { z } from 'zod'
import { uuidSchema } from '../../domain/uuid.ts'
import type { Principal } from '../../lib/auth/principal.ts'
import { parseRequest } from '../../lib/errors/parse.ts'
import { leadNotFound } from './insight-errors.ts'
import { mayReadPersonalData, withoutPersonalData } from './leads/lead-insight.ts'
import type { OverviewStore, StoredOverview } from './overview/overview-store.ts'

/** Everything that is known about a lead. */
export interface LeadOverview extends StoredOverview {
  /** What happened to the lead, oldest first; of its corrections, those of {@link StoredOverview.corrections}. */
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

const requestSchema = z.object({ lead_id: uuidSchema })

/**
 * Returns everything that is known about a lead, of parts without a bound the newest: it costs the same however many
 * leads a person has sent. A caller that may not read personal data gets none, no comments, and no related leads, since
 * they tell which leads are of the same person.
 *
 * @param leadId not validated yet
 * @throws AppError `invalid_request`, `lead_not_found`, `unavailable`
 */
export async function getLeadOverview(
  overviews: OverviewStore,
  principal: Principal,
  leadId: unknown,
): Promise<LeadOverview> {
  const { lead_id: id } = parseRequest(requestSchema, { lead_id: leadId })
  const isPersonal = mayReadPersonalData(principal)
  const stored = await overviews.read(id, isPersonal)
  if (stored === undefined) throw leadNotFound(id)
  const timeline = timelineOf(stored)
  if (isPersonal) return { ...stored, timeline }
  const corrections = stored.corrections.map((correction) => ({ ...correction, comment: null }))
  return { ...stored, lead: withoutPersonalData(stored.lead), corrections, timeline }
}

function timelineOf({ lead: { lead, clientId, insight }, corrections, deadLetter }: StoredOverview): TimelineEntry[] {
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
