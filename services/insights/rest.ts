import { z } from 'zod'
import { leadIdParams } from '../../contract/rest-fields.ts'
import { Scope } from '../../lib/auth/scopes.ts'
import { ErrorCode } from '../../lib/errors/app-error.ts'
import { abortWhenClosed } from '../../lib/server/http/abort-when-closed.ts'
import type { RestApp } from '../../lib/server/rest/handler.ts'
import type { ApiDescription } from '../../lib/server/rest/openapi/register-openapi.ts'
import { DETAILS } from '../../lib/server/rest/openapi/route-details.ts'
import type { RestStreams } from '../../lib/server/rest/streams.ts'
import { registerCorrectionsRest } from './corrections/rest.ts'
import { insightSchema, toInsightBody } from './insight-body.ts'
import { registerExportRest } from './leads/export-rest.ts'
import { registerListRest } from './leads/list-rest.ts'
import { registerOverviewRest } from './overview/rest.ts'
import type { InsightsMethods } from './rpc.ts'
import { signInTags } from './sign-in/rest.ts'
import { registerStatsRest } from './stats/stats-rest.ts'
import { parseWait } from './wait.ts'

export const insightsApi: ApiDescription = {
  title: 'leadtriage insights',
  description:
    'Serves the insights that triage produces for leads. The intake service stores the leads. This port serves ' +
    'insights over Connect, gRPC-Web and gRPC.',
  tags: [
    { name: 'Insights', description: 'What the sender of a lead wants, and how soon someone must act.' },
    { name: 'Statistics', description: 'Figures about the leads of a period.' },
    ...signInTags,
  ],
}

/** A duration from 0 to 60 s. */
const WAIT_PATTERN = '^(?:[0-5]?[0-9](?:\\.[0-9]{1,9})?s?|60s?|[1-5]?[0-9]{1,4}ms|60000ms)$'

/** The REST routes of insights. */
export function registerInsightsRest(app: RestApp, methods: InsightsMethods, streams: RestStreams): void {
  const { getInsight, listInsights, exportInsights, getStats, getLeadOverview } = methods
  registerListRest(app, listInsights)
  registerExportRest(app, exportInsights, streams)
  registerStatsRest(app, getStats)
  registerCorrectionsRest(app, methods)
  registerOverviewRest(app, getLeadOverview)
  app.get(
    '/leads/:lead_id/insight',
    {
      config: { scope: Scope.InsightsRead },
      schema: {
        operationId: 'getInsight',
        tags: ['Insights'],
        summary: 'Get the insight of a lead',
        description:
          'If the lead has no insight yet, `wait` (or the header `Prefer`) makes the call wait for it. Without an ' +
          'insight the response is 404, with the code `insight_pending`, `insight_failed` or `lead_not_found`.',
        params: leadIdParams,
        querystring: z.object({
          wait: z
            .string()
            .optional()
            .meta({
              description:
                'How long to wait for the insight: seconds (`5`, `2.5s`) or `500ms`, at most 60 s. Overrides `Prefer`.',
              pattern: WAIT_PATTERN,
              examples: ['5s'],
            }),
        }),
        headers: z.looseObject({
          prefer: z.string().optional().meta({
            description:
              'The preference `wait` of RFC 7240, in seconds, for example `wait=5`; larger values mean 60 seconds.',
          }),
        }),
        response: { 200: insightSchema.describe('The insight.') },
        [DETAILS]: { problems: [ErrorCode.LeadNotFound, ErrorCode.InsightPending, ErrorCode.InsightFailed] },
      },
    },
    async (request, reply) => {
      const wait = parseWait(request.query.wait, request.headers.prefer)
      const { signal, release } = abortWhenClosed(reply.raw)
      try {
        return toInsightBody(await getInsight({ lead_id: request.params.lead_id, wait }, signal))
      } finally {
        release()
      }
    },
  )
}
