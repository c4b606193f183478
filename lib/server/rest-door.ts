import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import { HTTP_STATUS } from '../errors/status-codes.ts'
import type { CallObserver } from './call-observer.ts'
import type { Problem } from './problem.ts'
import { problemOf, translateFastifyError } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The call that the request is, until its outcome is known. */
    observed: ReturnType<CallObserver> | undefined
  }
}

/** Adds a service's routes. */
export type RegisterRest = (app: RestApp, failLate: FailLate) => void

/** A Fastify instance on which a service registers its REST routes, with zod schemas. */
export type RestApp = ReturnType<typeof withZod>

function withZod(app: FastifyInstance) {
  return app.withTypeProvider<ZodTypeProvider>()
}

/**
 * For a call that fails when its answer has begun: counts and logs it as any other, and returns the problem, for the
 * answer to end with.
 */
export type FailLate = (request: ObservedRequest, thrown: unknown) => Problem
type ObservedRequest = Pick<FastifyRequest, 'id' | 'observed'>

/** Serves REST: the routes that `register` adds, with outcomes observed and errors as problem details. */
export function registerRestDoor(app: FastifyInstance, register: RegisterRest, observe: CallObserver): void {
  app.decorateRequest('observed')
  const fail = (request: ObservedRequest, thrown: unknown): AppError => {
    const call = request.observed ?? observe('rest', 'unknown')
    request.observed = undefined
    return call.failed(thrown)
  }
  app.setErrorHandler((thrown, request, reply) =>
    sendProblem(fail(request, translateFastifyError(thrown)), request, reply),
  )
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      new AppError(ErrorCode.RouteNotFound, `There is no ${request.method} ${request.url.split('?')[0]}.`),
      request,
      reply,
    ),
  )
  app.register(async (scope) => {
    scope.addHook('onRequest', async (request) => {
      request.observed = observe('rest', `${request.method} ${request.routeOptions.url ?? ''}`)
    })
    scope.addHook('onResponse', async (request) => request.observed?.succeeded())
    register(withZod(scope), (request, thrown) => problemOf(fail(request, thrown), request.id))
  })
}

function sendProblem(error: AppError, request: FastifyRequest, reply: FastifyReply) {
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds)
  return reply
    .code(HTTP_STATUS[error.code])
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problemOf(error, request.id))
}
