import { z } from 'zod'
import { timeField } from '../../../contract/rest-fields.ts'
import { Scope } from '../../../lib/auth/scopes.ts'
import type { RestApp } from '../../../lib/server/rest/handler.ts'
import { withQueryPaths } from '../../../lib/server/rest/query-paths.ts'
import { Interval } from './period.ts'
import { statsSchema, toStatsBody } from './stats-body.ts'
import { Dimension } from './stats-query.ts'
import type { GetStats } from './stats-rpc.ts'

/** Parameters that may be repeated, with the names of the fields of the use case. */
const LISTS = { source: 'sources', client: 'clients', language: 'languages' } as const

function repeatable(description: string) {
  return z
    .union([z.string(), z.array(z.string()).max(20)])
    .optional()
    .meta({ description: `${description} May be repeated.` })
}

const querySchema = z.object({
  from: timeField.optional().meta({
    description: 'Start of the period; 30 days before its end by default. Rounded down to a whole interval.',
  }),
  to: timeField.optional().meta({
    description:
      'End of the period; now by default. Rounded up to a whole interval. A period has at most 366 days, with ' +
      'intervals of an hour at most 31 days, and 7 days with a breakdown.',
  }),
  interval: z
    .enum(Interval)
    .optional()
    .meta({ description: '`hour` or `day`, the default.', examples: ['day'] }),
  time_zone: z
    .string()
    .optional()
    .meta({
      description:
        'IANA name of the time zone whose days are counted; `UTC` by default. Each day has whole hours of UTC: in a ' +
        'zone whose offset is not a whole number of hours, it starts with the first whole hour of UTC after midnight.',
      examples: ['Europe/Berlin'],
    }),
  source: repeatable('Counts only leads with this source.'),
  client: repeatable('Counts only leads of this client.'),
  language: repeatable('Counts only leads whose insight has this language: an ISO 639-1 code, or `und`.'),
  breakdown: z
    .enum(Dimension)
    .optional()
    .meta({
      description: 'Also counts by the values of this property: the ten with the most leads, and all others together.',
      examples: ['source'],
    }),
})

/** `GET /stats`. The parameters are validated by the use case, like those of an RPC. */
export function registerStatsRest(app: RestApp, getStats: GetStats): void {
  app.get(
    '/stats',
    {
      config: { scope: Scope.InsightsRead, listParameters: Object.keys(LISTS) },
      schema: {
        operationId: 'getStats',
        tags: ['Statistics'],
        summary: 'Count the leads of a period',
        description:
          'Counts per interval: arrivals, intents and priorities, latency, corrections, duplicates and dead letters. ' +
          'The figures are current within a few seconds, see `as_of`. While the statistics of a period are being ' +
          'computed for the first time, the response is 503.',
        querystring: querySchema,
        response: { 200: statsSchema.describe('The figures.') },
      },
      validatorCompiler: () => (value: unknown) => ({ value }),
    },
    async ({ query }) => {
      const stats = await getStats(inputOf(query)).catch((error: unknown) => {
        throw withQueryPaths(error, LISTS)
      })
      return toStatsBody(stats)
    },
  )
}

/** Unknown parameters stay, and are rejected by the use case. */
function inputOf({ source, client, language, ...others }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const lists = { sources: source, clients: client, languages: language }
  const given = Object.entries(lists).filter(([, value]) => value !== undefined)
  return { ...others, ...Object.fromEntries(given.map(([name, value]) => [name, [value].flat()])) }
}
