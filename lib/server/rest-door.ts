import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import { HTTP_STATUS } from '../errors/status-codes.ts'
import type { CallObserver } from './call-observer.ts'
import { problemOf, translateFastifyError } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Until its outcome is known. Not in a WeakMap: one that changes with every request keeps requests alive. */
    observed: ReturnType<CallObserver> | undefined
  }
}

/** A Fastify instance on which a service registers its REST routes, with zod schemas. */
export type RestApp = ReturnType<typeof withZod>

function withZod(app: FastifyInstance) {
  return app.withTypeProvider<ZodTypeProvider>()
}

/** Serves REST: the routes that `register` adds, with outcomes observed and errors as problem details. */
export function registerRestDoor(app: FastifyInstance, register: (app: RestApp) => void, observe: CallObserver): void {
  app.decorateRequest('observed')
  app.setErrorHandler((thrown, request, reply) => {
    const call = request.observed ?? observe('rest', 'unknown')
    request.observed = undefined
    return sendProblem(call.failed(translateFastifyError(thrown)), request, reply)
  })
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
    register(withZod(scope))
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
