import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { AccessControl, IncomingCall, RequiredScope } from '../../auth/access-control.ts'
import type { Principal } from '../../auth/principal.ts'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import { HTTP_STATUS } from '../../errors/status-codes.ts'
import type { CallObserver } from '../call-observer.ts'
import type { BodyBudget } from '../http/body-budget.ts'
import { identifyHttpCall } from '../http/call-identity.ts'
import { incomingCall } from '../http/incoming-call.ts'
import { assertValidQuery } from '../http/request-checks.ts'
import type { AllowedMethods } from './allowed-methods.ts'
import type { Problem } from './error.ts'
import { problemOf, translateFastifyError } from './error.ts'
import { readJsonBodies } from './json-body.ts'
import { createNotFound } from './not-found.ts'
import { securityOf } from './openapi/security.ts'
import type { Html } from './page.ts'
import { sendPage } from './page.ts'
import type { RestStreams, StreamParts } from './streams.ts'
import { createRestStreams } from './streams.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The call of this request, until its outcome is known. */
    observed: ReturnType<CallObserver> | undefined
    /** Who makes the request. Its credential has the scope of the route. */
    principal: Principal
  }
  interface FastifyContextConfig {
    /** What a caller's credential must permit. Every route of a service has it. */
    scope?: RequiredScope
    /** Establishes the principal from a credential that is elsewhere than usual. */
    authenticate?: AuthenticateRequest
    /** Query parameters that may be repeated. */
    listParameters?: readonly string[]
    /** Shows a problem as a page. Returns undefined for a client that prefers the problem itself. */
    problemPage?: (problem: Problem, request: FastifyRequest) => Html | undefined
  }
}

export type AuthenticateRequest = (request: FastifyRequest, call: IncomingCall) => Principal | Promise<Principal>

/** Registers the REST routes of a service. */
export type RegisterRest = (app: RestApp, failLate: FailLate, streams: RestStreams) => void

/** A Fastify instance on which a service registers its REST routes, with zod schemas. */
export type RestApp = ReturnType<typeof withZod>

function withZod(app: FastifyInstance) {
  return app.withTypeProvider<ZodTypeProvider>()
}

/**
 * Records the failure of a call whose response has already started. Returns the problem to append to the response.
 */
export type FailLate = (request: ObservedRequest, thrown: unknown) => Problem
type ObservedRequest = Pick<FastifyRequest, 'id' | 'observed'>

/** Sends a problem and records it as the failure of the call. */
export type ErrorHandler = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => void

/** Creates the error handler of REST calls and of requests that Fastify rejects before routing. */
export function createErrorHandler(observe: CallObserver): ErrorHandler {
  return (thrown, request, reply) => {
    identifyHttpCall(request, reply)
    sendProblem(fail(observe, request, translateFastifyError(thrown)), request, reply)
  }
}

function fail(observe: CallObserver, request: ObservedRequest, thrown: unknown): AppError {
  const call = request.observed ?? observe('rest', 'unknown', { requestId: request.id })
  request.observed = undefined
  return call.failed(thrown)
}

/** Serves the REST routes that `register` adds. Records their outcomes and sends errors as problem details. */
export function registerRestHandler(
  app: FastifyInstance,
  register: RegisterRest,
  parts: {
    readonly access: AccessControl
    readonly observe: CallObserver
    readonly handleError: ErrorHandler
    readonly bodies: BodyBudget
    readonly allowedMethods: AllowedMethods
    readonly streams: Omit<StreamParts, 'failLate' | 'admit'>
  },
): void {
  const { access, observe, handleError, bodies, allowedMethods } = parts
  const admit = (request: FastifyRequest, call: IncomingCall) => {
    const { scope: required, authenticate } = request.routeOptions.config
    const own = authenticate && ((incoming: IncomingCall) => authenticate(request, incoming))
    return access.admit(call, required as RequiredScope, own)
  }
  app.decorateRequest('observed')
  app.decorateRequest('principal')
  app.setErrorHandler((thrown, request, reply) => {
    handleError(thrown, request, reply)
    return reply
  })
  const answerNotFound = createNotFound({ observe, handleError, allowedMethods })
  app.setNotFoundHandler(answerNotFound)
  // the not-found handler alone would run too late: Fastify reads the body first and may reject it
  app.addHook('preParsing', (request, reply, _body, done) => (request.is404 ? answerNotFound(request, reply) : done()))
  app.register(async (scope) => {
    readJsonBodies(scope)
    scope.addHook('onRoute', ({ method, url, config, schema }) => {
      if (config?.scope === undefined) throw new Error(`the route ${method} ${url} must have a scope in its config`)
      if (schema !== undefined) schema.security = securityOf(config, schema.security)
    })
    scope.addHook('onRequest', (request, reply, done) => {
      request.observed = observe('rest', methodOf(request), { requestId: request.id })
      const admitted = admit(request, incomingCall(request, reply))
      const proceed = (principal: Principal) => {
        request.principal = principal
        done()
      }
      if (admitted instanceof Promise) admitted.then(proceed, done)
      else proceed(admitted)
    })
    scope.addHook('onRequest', (request, reply, done) => {
      assertValidQuery(request, request.routeOptions.config.listParameters)
      assertNotCompressed(request, reply)
      const bytes = bodyBytes(request)
      if (bytes > 0) {
        const reservation = bodies.reserve()
        reservation.take(bytes)
        reply.raw.once('close', reservation.release)
      }
      done()
    })
    scope.addHook('onResponse', (request, _reply, done) => {
      request.observed?.succeeded()
      done()
    })
    const failLate: FailLate = (request, thrown) => problemOf(fail(observe, request, thrown), request.id)
    register(withZod(scope), failLate, createRestStreams({ ...parts.streams, failLate, admit }))
  })
}

function assertNotCompressed({ headers }: FastifyRequest, reply: FastifyReply): void {
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() === 'identity') return
  reply.header('accept-encoding', 'identity')
  throw new AppError(
    ErrorCode.UnsupportedMediaType,
    'Compressed bodies are not supported; send the body without Content-Encoding.',
  )
}

/** The name of a call in metrics and logs, without the pattern of a parameter. The router has a literal colon twice. */
function methodOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url?.replaceAll('([^:/]+)', '').replaceAll('::', ':') ?? ''}`
}

/**
 * The number of bytes to reserve for a body: its Content-Length, or the limit of the route if it has none. 0 if Fastify
 * will reject it for its Content-Length, or if the route processes it in parts.
 */
function bodyBytes({ headers, routeOptions }: FastifyRequest): number {
  if (routeOptions.config.longBody) return 0
  const { 'content-length': length, 'transfer-encoding': encoding } = headers
  if (length === undefined) return encoding === undefined ? 0 : routeOptions.bodyLimit
  return Number(length) > routeOptions.bodyLimit ? 0 : Number(length)
}

function sendProblem(error: AppError, request: FastifyRequest, reply: FastifyReply) {
  if (error.code === ErrorCode.BadRequest) {
    reply.header('connection', 'close') // the next bytes may be part of it
  } else {
    // Fastify closes the connection when a body cannot be parsed. Bodies are always read to their end here, and closing
    // while the client still sends resets the connection, which may lose the response.
    reply.removeHeader('connection')
  }
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds)
  // required by RFC 9110 and RFC 6750; access control has added it unless the route authenticates by itself
  const isRefusal = error.code === ErrorCode.Unauthenticated || error.code === ErrorCode.PermissionDenied
  if (isRefusal && !reply.hasHeader('www-authenticate')) reply.header('www-authenticate', 'Bearer')
  reply.code(HTTP_STATUS[error.code])
  const problem = problemOf(error, request.id)
  const page = request.routeOptions.config.problemPage?.(problem, request)
  if (page !== undefined) return sendPage(reply, page)
  return reply.type('application/problem+json').serializer(JSON.stringify).send(problem)
}
