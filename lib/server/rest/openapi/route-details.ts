import type { ErrorCode } from '../../../errors/app-error.ts'
import type { HeaderName } from './response-headers.ts'

/** What a route's OpenAPI operation says that its zod schemas do not. */
export interface RouteDetails {
  /** The errors that the route answers with, besides those that any route has. */
  readonly problems?: readonly ErrorCode[]
  /** Whether the body is a stream of any length. */
  readonly streamsBody?: boolean
  /** By status: the response headers, besides those that any response has. */
  readonly headers?: Readonly<Record<number, readonly HeaderName[]>>
  /** By media type: an example of a body that is not JSON. */
  readonly requestExamples?: Readonly<Record<string, string>>
  readonly responseExamples?: Readonly<Record<string, string>>
}

/** An extension field, which @fastify/swagger passes on as it is; `completeDocument` consumes it. */
export const DETAILS = 'x-details'

declare module 'fastify' {
  interface FastifySchema {
    [DETAILS]?: RouteDetails
  }
}
