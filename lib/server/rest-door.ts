import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import { HTTP_STATUS } from '../errors/status-codes.ts'
import type { CallObserver } from './call-observer.ts'
import { problemOf, translateFastifyError } from './problem.ts'

/** A Fastify instance on which a service registers its REST routes, with zod schemas. */
export type RestApp = ReturnType<typeof withZod>

function withZod(app: FastifyInstance) {
  return app.withTypeProvider<ZodTypeProvider>()
}

/** Serves REST: the routes that `register` adds, with outcomes observed and errors as problem details. */
export function registerRestDoor(app: FastifyInstance, register: (app: RestApp) => void, observe: CallObserver): void {
  const calls = new WeakMap<FastifyRequest, ReturnType<CallObserver>>()
  app.setErrorHandler((thrown, request, reply) => {
    const call = calls.get(request) ?? observe('rest', 'unknown')
    calls.delete(request)
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
      calls.set(request, observe('rest', `${request.method} ${request.routeOptions.url ?? ''}`))
    })
    scope.addHook('onResponse', async (request) => calls.get(request)?.succeeded())
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
