import { z } from 'zod'
import { leadIdParams, timeField } from '../../../contract/rest-fields.ts'
import type { Principal } from '../../../lib/auth/principal.ts'
import { Scope } from '../../../lib/auth/scopes.ts'
import { ErrorCode } from '../../../lib/errors/app-error.ts'
import type { RestApp } from '../../../lib/server/rest/handler.ts'
import { DETAILS } from '../../../lib/server/rest/openapi/route-details.ts'
import { CORRECTION_EXAMPLE, correctionSchema, toCorrectionBody } from '../corrections/correction-body.ts'
import type { LeadOverview } from '../get-lead-overview.ts'
import { TimelineEvent } from '../get-lead-overview.ts'
import { LEAD_INSIGHT_EXAMPLE, leadInsightSchema, toLeadInsightBody } from '../leads/lead-insight-body.ts'

/** `getLeadOverview` of `get-lead-overview.ts`, with its dependencies bound. */
export type GetLeadOverview = (principal: Principal, leadId: unknown) => Promise<LeadOverview>

const failedTriageSchema = z
  .object({
    reason: z.string().meta({ description: '`failed` or `delivery_limit`.' }),
    generation: z.int().min(1).meta({ description: 'The generation of the lead that failed.' }),
    failed_at: timeField,
  })
  .meta({ id: 'FailedTriage', description: 'The dead letter of a lead.' })

const timelineEntrySchema = z
  .object({
    event: z.enum(TimelineEvent).meta({ id: 'TimelineEvent', description: 'What happened to a lead.' }),
    time: timeField,
    by: z.string().nullable().meta({
      description: 'The client that stored the lead, the analyzer, or the actor of a correction; null if unknown.',
    }),
  })
  .meta({ id: 'TimelineEntry' })

const overviewSchema = z
  .object({
    lead: leadInsightSchema,
    corrections: z.array(correctionSchema).meta({ description: 'The newest 50, newest first.' }),
    corrections_truncated: z.boolean().meta({ description: 'Whether there are more than `corrections`.' }),
    dead_letter: failedTriageSchema.nullable().meta({
      description: 'If the last triage of the lead failed, also if the lead has an insight of an earlier one.',
    }),
    related: z.array(leadInsightSchema).meta({
      description:
        'Other leads with the same email address or phone number: the newest 20, newest first. A note of more than ' +
        '500 characters is cut and ends with `…`. Empty without the scope `leads:read`.',
    }),
    related_truncated: z.boolean().meta({ description: 'Whether there are more than `related`.' }),
    timeline: z.array(timelineEntrySchema).meta({
      description: 'What happened to the lead, oldest first. Has those of its corrections that `corrections` has.',
    }),
  })
  .meta({
    id: 'LeadOverview',
    description: 'Everything that is known about a lead.',
    examples: [
      {
        lead: LEAD_INSIGHT_EXAMPLE,
        corrections: [CORRECTION_EXAMPLE],
        corrections_truncated: false,
        dead_letter: null,
        related: [],
        related_truncated: false,
        timeline: [
          { event: 'received', time: '2026-01-31T12:00:00.000Z', by: 'website' },
          { event: 'triaged', time: '2026-01-31T12:00:00.050Z', by: 'rules@3' },
          { event: 'corrected', time: '2026-01-31T12:30:00.000Z', by: 'user:4f1c' },
        ],
      },
    ],
  })

/** `GET /leads/{lead_id}/overview`. */
export function registerOverviewRest(app: RestApp, getLeadOverview: GetLeadOverview): void {
  app.get(
    '/leads/:lead_id/overview',
    {
      config: { scope: Scope.InsightsRead },
      schema: {
        operationId: 'getLeadOverview',
        tags: ['Insights'],
        summary: 'Get everything that is known about a lead',
        description:
          'Its insight and state, corrections, dead letter, other leads of the same person, and what happened when. ' +
          'Without the scope `leads:read`, personal data, comments and the other leads are left out.',
        params: leadIdParams,
        response: { 200: overviewSchema.describe('The overview.') },
        [DETAILS]: { problems: [ErrorCode.LeadNotFound] },
      },
    },
    async ({ principal, params }) => toBody(await getLeadOverview(principal, params.lead_id)),
  )
}

function toBody(overview: LeadOverview): z.infer<typeof overviewSchema> {
  const { lead, corrections, deadLetter, related, timeline } = overview
  return {
    lead: toLeadInsightBody(lead),
    corrections: corrections.map(toCorrectionBody),
    corrections_truncated: overview.correctionsTruncated,
    dead_letter:
      deadLetter === undefined
        ? null
        : {
            reason: deadLetter.reason,
            generation: deadLetter.generation,
            failed_at: deadLetter.failedAt.toISOString(),
          },
    related: related.map(toLeadInsightBody),
    related_truncated: overview.relatedTruncated,
    timeline: timeline.map(({ event, time, by }) => ({ event, time: time.toISOString(), by: by ?? null })),
  }
}
