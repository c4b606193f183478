import { z } from 'zod'
import { ErrorCode } from '../../../lib/errors/app-error.ts'
import { invalidRequest } from '../../../lib/errors/parse.ts'
import { problemSchema } from '../../../lib/server/rest/error.ts'
import type { RestApp } from '../../../lib/server/rest/handler.ts'
import { DETAILS } from '../../../lib/server/rest/openapi/route-details.ts'
import type { RestStreams } from '../../../lib/server/rest/streams.ts'
import type { ExportFormat } from './export-formats.ts'
import { CSV, NDJSON } from './export-formats.ts'
import type { ExportInsights } from './export-insights.ts'
import { FILTERED_ROUTE, filterQueryShape, splitQuery, withFilterPaths } from './insight-filter-query.ts'
import type { LeadInsight } from './lead-insight.ts'
import { LEAD_INSIGHT_EXAMPLE, leadInsightSchema } from './lead-insight-body.ts'
import { Order } from './order.ts'

const FORMATS: ReadonlyMap<unknown, ExportFormat> = new Map(Object.entries({ csv: CSV, ndjson: NDJSON }))

const querySchema = z.object({
  ...filterQueryShape,
  order: z.enum(Order).optional().meta({ description: 'As in the list. Default `oldest`.' }),
  format: z
    .enum(['csv', 'ndjson'])
    .optional()
    .meta({ description: 'Default `csv`.', examples: ['ndjson'] }),
})
const failedSchema = z.object({ failed: problemSchema }).meta({
  id: 'ExportFailed',
  description: 'The last line of an export that ends early.',
})
const lineSchema = z
  .union([leadInsightSchema, failedSchema])
  .meta({ id: 'ExportedLine', description: 'A lead, or why the export ends early.' })

/** Untyped, since the response is a stream. */
const response: Record<number, unknown> = {
  200: {
    description: 'All leads that match.',
    content: {
      'text/csv': {
        schema: z.string().meta({
          id: 'ExportedCsv',
          description: 'A byte order mark, a line of column names, and one line for each lead.',
        }),
      },
      'application/x-ndjson': { schema: lineSchema },
    },
  },
}

/** `GET /insights:export`. The parameters are validated by the use case, like those of an RPC. */
export function registerExportRest(app: RestApp, exportInsights: ExportInsights, streams: RestStreams): void {
  app.get(
    '/insights::export', // `::` is an escaped colon
    {
      config: FILTERED_ROUTE,
      schema: {
        operationId: 'exportInsights',
        tags: ['Insights'],
        summary: 'Export leads with their insights',
        description:
          'Streams all leads that match, of any number. In CSV, a cell that a spreadsheet would take for a formula gets ' +
          'an apostrophe in front. If the export fails after it began, NDJSON ends with a line `failed`, and the ' +
          'connection of CSV is broken. Without the scope `leads:read`, the personal data of leads is left out.',
        querystring: querySchema,
        response,
        [DETAILS]: {
          headers: { 200: ['Content-Disposition'] },
          problems: [ErrorCode.PermissionDenied, ErrorCode.Overloaded],
          responseExamples: {
            'text/csv': `${CSV.head.slice(1).trim()}\r\n`,
            'application/x-ndjson': `${JSON.stringify(LEAD_INSIGHT_EXAMPLE)}\n`,
          },
        },
      },
      validatorCompiler: () => (value: unknown) => ({ value }),
    },
    async (request, reply) => {
      const { filter, others } = splitQuery(request.query as Readonly<Record<string, unknown>>)
      const { format = 'csv', ...input } = others
      const chosen = FORMATS.get(format)
      if (chosen === undefined) throw invalidRequest([{ path: 'format', message: 'must be csv or ndjson' }])
      reply.header('content-disposition', `attachment; filename="insights.${format}"`)
      try {
        return await streams.sendBody(request, reply, {
          type: chosen.type,
          open: (signal) => toText(exportInsights({ ...input, filter }, request.principal, signal), chosen),
          ...(chosen === NDJSON && { failed: (problem) => `${JSON.stringify({ failed: problem })}\n` }),
        })
      } catch (error) {
        reply.removeHeader('content-disposition') // a problem is no file
        throw error
      }
    },
  )
}

async function* toText(
  batches: AsyncIterable<readonly LeadInsight[]>,
  { head, rows }: ExportFormat,
): AsyncGenerator<string> {
  let start = head
  try {
    for await (const batch of batches) {
      yield start + rows(batch)
      start = ''
    }
  } catch (error) {
    throw withFilterPaths(error)
  }
  if (start !== '') yield start
}
