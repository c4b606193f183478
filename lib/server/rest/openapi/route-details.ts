import type { ErrorCode } from '../../../errors/app-error.ts'
import type { HeaderName } from './response-headers.ts'

/** Details of a route's OpenAPI operation that its zod schemas cannot express. */
export interface RouteDetails {
  /** The errors of the route, in addition to those of every route. */
  readonly problems?: readonly ErrorCode[]
  /** Whether the body is a stream of unlimited length. */
  readonly streamsBody?: boolean
  /** Response headers by status, in addition to those of every response. */
  readonly headers?: Readonly<Record<number, readonly HeaderName[]>>
  /** Example bodies by media type, for types other than JSON. */
  readonly requestExamples?: Readonly<Record<string, string>>
  readonly responseExamples?: Readonly<Record<string, string>>
}

/** An extension field that @fastify/swagger copies unchanged and `completeDocument` removes. */
export const DETAILS = 'x-details'

declare module 'fastify' {
  interface FastifySchema {
    [DETAILS]?: RouteDetails
  }
}
