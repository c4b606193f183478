import { z } from 'zod'
import { ErrorCode } from '../../../lib/errors/app-error.ts'
import type { ServerSentEvent } from '../../../lib/server/rest/event-stream.ts'
import { lastEventIdOf } from '../../../lib/server/rest/event-stream.ts'
import type { RestApp } from '../../../lib/server/rest/handler.ts'
import { DETAILS } from '../../../lib/server/rest/openapi/route-details.ts'
import { eventStreamResponse } from '../../../lib/server/rest/openapi/streamed-response.ts'
import type { RestStreams } from '../../../lib/server/rest/streams.ts'
import {
  booleanOf,
  FILTERED_ROUTE,
  filterQueryShape,
  splitQuery,
  withFilterPaths,
} from '../leads/insight-filter-query.ts'
import type { LeadInsight } from '../leads/lead-insight.ts'
import { LEAD_INSIGHT_EXAMPLE, leadInsightSchema, toLeadInsightBody } from '../leads/lead-insight-body.ts'
import { oncePer } from './row-variants.ts'
import type { WatchInsights } from './watch-insights.ts'
import type { WatchItem } from './watch-item.ts'

const EXAMPLE_TOKEN = '1.4Vv2bRkq0xWm.q8Zt1c3hY_Ns.5k2'
/** A client that was too slow may reconnect soon: it has nothing to wait for. */
const RETRY_AFTER_LAG_MS = 1_000

const idField = z.string().meta({ description: 'Resumes after this event, as `Last-Event-ID` or `resume_token`.' })
const nothing = z.object({}).meta({ id: 'Nothing', examples: [{}] })
const synchronizedSchema = z
  .object({
    open_leads_truncated: z.boolean().meta({ description: 'Whether more open leads may match than were sent.' }),
  })
  .meta({ id: 'Synchronized', examples: [{ open_leads_truncated: false }] })

const eventSchema = z.union([
  z
    .object({ event: z.literal('insight'), id: idField.optional(), data: leadInsightSchema })
    .meta({ id: 'InsightEvent', description: 'An insight that was stored, replaced or corrected.' }),
  z
    .object({
      event: z.literal('synchronized'),
      id: idField,
      data: synchronizedSchema,
    })
    .meta({
      id: 'SynchronizedEvent',
      description:
        'Everything that was committed before has been sent: the open leads of `include_open`, or what was missed.',
    }),
  z
    .object({ event: z.literal('heartbeat'), id: idField, data: nothing })
    .meta({ id: 'HeartbeatEvent', description: 'Sent when there was nothing else to send for 15 seconds.' }),
  z
    .object({ event: z.literal('lagging'), id: idField, retry: z.int(), data: nothing })
    .meta({ id: 'LaggingEvent', description: 'The last event for a client that reads too slowly. It can resume.' }),
])

const EXAMPLE = [
  { event: 'insight', id: EXAMPLE_TOKEN, data: LEAD_INSIGHT_EXAMPLE },
  { event: 'synchronized', id: EXAMPLE_TOKEN, data: { open_leads_truncated: false } },
]

/** The stream of insights for browsers (EventSource) and `curl -N`. */
export function registerWatchRest(app: RestApp, watch: WatchInsights, streams: RestStreams): void {
  app.get(
    '/insights/stream',
    {
      config: FILTERED_ROUTE,
      schema: {
        operationId: 'watchInsights',
        tags: ['Insights'],
        summary: 'Watch insights',
        description:
          'Sends every change of an insight after which the lead matches the filter, live, and each exactly once, as ' +
          'server-sent events. Changes that follow each other before they are sent are sent once, as the latest. A ' +
          'change after which the lead does not match is not sent, and nothing is sent about a lead that was erased.\n\n' +
          'The `id` of an event resumes after it: without a gap or a double, also after the service, NATS or ' +
          'PostgreSQL were restarted, and however long ago it was. An EventSource does so by itself.\n\n' +
          'A watch reports leads with an insight, so a filter by `state` must include `open`. Without the scope ' +
          '`leads:read`, email, phone and name are null and the note is empty.',
        querystring: z.object({
          ...filterQueryShape,
          include_open: z.boolean().optional().meta({
            description:
              'Starts with the open leads that match now, most urgent first, at most 1,000. Ignored when resuming.',
          }),
          resume_token: z.string().optional().meta({
            description:
              'The `id` of the last received event. The filter must be the same. `Last-Event-ID` overrides it.',
          }),
        }),
        headers: z.looseObject({
          'last-event-id': z.string().optional().meta({ description: 'The `id` of the last received event.' }),
        }),
        response: eventStreamResponse('Events as they happen.', eventSchema),
        [DETAILS]: {
          problems: [ErrorCode.Overloaded],
          responseExamples: { 'text/event-stream': EXAMPLE.map(toText).join('') },
        },
      },
      validatorCompiler: () => (value: unknown) => ({ value }), // the use case validates
    },
    (request, reply) =>
      streams.sendEvents(request, reply, (signal) => {
        const input = inputOf(request.query, lastEventIdOf(request.headers))
        return toEvents(watch(input, { principal: request.principal, signal }))
      }),
  )
}

function inputOf(query: Readonly<Record<string, unknown>>, lastEventId: string | undefined): Record<string, unknown> {
  const { filter, others } = splitQuery(query)
  const { include_open: includeOpen, resume_token: resumeToken, ...rest } = others
  return { ...rest, filter, include_open: booleanOf(includeOpen), resume_token: lastEventId ?? resumeToken }
}

async function* toEvents(batches: AsyncIterable<readonly WatchItem[]>): AsyncIterable<readonly ServerSentEvent[]> {
  try {
    for await (const batch of batches) yield eventsOf(batch)
  } catch (error) {
    throw withFilterPaths(error)
  }
}

const eventsOf = oncePer((batch: readonly WatchItem[]) => batch.map(toEvent))
const toJson = oncePer((row: LeadInsight) => JSON.stringify(toLeadInsightBody(row)))
function toEvent({ event, resumeToken }: WatchItem): ServerSentEvent {
  const { type } = event
  switch (type) {
    case 'insight':
      return { event: type, ...(resumeToken !== '' && { id: resumeToken }), json: toJson(event.row) }
    case 'synchronized':
      return { event: type, id: resumeToken, data: { open_leads_truncated: event.openLeadsTruncated } }
    case 'heartbeat':
      return { event: type, id: resumeToken, data: {} }
    case 'lagging':
      return { event: type, id: resumeToken, data: {}, retryMs: RETRY_AFTER_LAG_MS }
  }
}

function toText({ event, id, data }: (typeof EXAMPLE)[number]): string {
  return `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`
}
