import { z } from 'zod'
import { problemSchema } from '../error.ts'
import { EVENT_STREAM } from '../event-stream.ts'

/**
 * Describes a streamed response for the `response` of a route's schema. OpenAPI 3.1 describes whole bodies only, so the
 * schema of each media type is that of one part: a line, a row or an event.
 *
 * It is untyped, because the route does not return a value of the schema.
 *
 * @param parts the schema of one part by media type
 */
export function streamedResponse(
  description: string,
  parts: Readonly<Record<string, z.ZodType>>,
): Record<number, unknown> {
  const content = Object.fromEntries(Object.entries(parts).map(([type, schema]) => [type, { schema }]))
  return { 200: { description, content } }
}

/** An event of type `failed`, see `RestStreams.sendEvents`. */
const failedEventSchema = z
  .object({ event: z.literal('failed'), retry: z.int().optional(), data: problemSchema })
  .meta({ id: 'FailedEvent', description: 'The last event of a stream that the server ends, with the problem.' })

/** Describes a response of server-sent events, each with the JSON in its `data`. */
export function eventStreamResponse(description: string, event: z.ZodType): Record<number, unknown> {
  return streamedResponse(description, { [EVENT_STREAM]: z.union([event, failedEventSchema]) })
}
