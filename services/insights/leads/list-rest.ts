import { z } from 'zod'
import { ErrorCode } from '../../../lib/errors/app-error.ts'
import { abortWhenClosed } from '../../../lib/server/http/abort-when-closed.ts'
import type { RestApp } from '../../../lib/server/rest/handler.ts'
import { DETAILS } from '../../../lib/server/rest/openapi/route-details.ts'
import { booleanOf, FILTERED_ROUTE, filterQueryShape, splitQuery, withFilterPaths } from './insight-filter-query.ts'
import { LEAD_INSIGHT_EXAMPLE, leadInsightSchema, toLeadInsightBody } from './lead-insight-body.ts'
import type { ListInsights } from './list-rpc.ts'
import { Order } from './order.ts'

const querySchema = z.object({
  ...filterQueryShape,
  order: z
    .enum(Order)
    .optional()
    .meta({
      description:
        '`urgency`, the default: P0 first, within a priority oldest first, and leads without an insight last; ' +
        '`newest`; or `oldest`.',
      examples: ['urgency'],
    }),
  page_size: z
    .int()
    .min(0)
    .optional()
    .meta({
      description: 'Maximum number of leads per page. 0 means the default, 50; values above 500 mean 500.',
      examples: [50],
    }),
  page_token: z.string().optional().meta({
    description: 'The `next_page_token` of the previous page. The filter and the order must not change between pages.',
  }),
  count: z.boolean().optional().meta({ description: 'Whether to count the leads that match: `true` or `false`.' }),
})

const pageSchema = z
  .object({
    insights: z.array(leadInsightSchema).meta({
      description:
        'May be fewer than `page_size`, even none, although more follow: a filter that selects very few leads is ' +
        'looked for in several calls.',
    }),
    next_page_token: z.string().nullable().meta({ description: 'Null on the last page.' }),
    total_size: z.int().nullable().meta({
      description: 'How many leads match, at most 10,000. Null unless `count` is true.',
    }),
    total_size_is_minimum: z.boolean().meta({ description: 'Whether more than `total_size` leads may match.' }),
  })
  .meta({
    id: 'InsightPage',
    examples: [
      { insights: [LEAD_INSIGHT_EXAMPLE], next_page_token: null, total_size: null, total_size_is_minimum: false },
    ],
  })

/** `GET /insights`. The parameters are validated by the use case, like those of an RPC. */
export function registerListRest(app: RestApp, listInsights: ListInsights): void {
  app.get(
    '/insights',
    {
      config: FILTERED_ROUTE,
      schema: {
        operationId: 'listInsights',
        tags: ['Insights'],
        summary: 'List and search leads with their insights',
        description:
          'Each page continues after the last lead of the previous one, regardless of leads that are added meanwhile. ' +
          'A lead whose priority changes between two pages of the order by urgency may be on both or on neither. ' +
          'Without the scope `leads:read`, the personal data of leads is left out.',
        querystring: querySchema,
        response: { 200: pageSchema.describe('A page of the list.') },
        [DETAILS]: { problems: [ErrorCode.PermissionDenied, ErrorCode.Overloaded] },
      },
      validatorCompiler: () => (value: unknown) => ({ value }),
    },
    async ({ query, principal }, reply) => {
      const { signal, release } = abortWhenClosed(reply.raw)
      const page = await listInsights(inputOf(query), principal, signal)
        .catch((error: unknown) => {
          throw withFilterPaths(error)
        })
        .finally(release)
      return {
        insights: page.insights.map(toLeadInsightBody),
        next_page_token: page.nextPageToken ?? null,
        total_size: page.total?.leads ?? null,
        total_size_is_minimum: page.total?.isMinimum ?? false,
      }
    },
  )
}

function inputOf(query: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { filter, others } = splitQuery(query)
  const { page_size, count, ...rest } = others
  return {
    ...rest,
    filter,
    page_size: page_size === undefined ? undefined : Number(page_size),
    count: booleanOf(count),
  }
}
