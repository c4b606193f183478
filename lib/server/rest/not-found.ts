import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import type { CallObserver } from '../call-observer.ts'
import type { AllowedMethods } from './allowed-methods.ts'
import type { ErrorHandler } from './handler.ts'

/** Handles requests without a route: OPTIONS, a method that the path does not have, or an unknown path. */
export function createNotFound(parts: {
  readonly observe: CallObserver
  readonly handleError: ErrorHandler
  readonly allowedMethods: AllowedMethods
}): (request: FastifyRequest, reply: FastifyReply) => void {
  return (request, reply) => {
    const { method } = request
    const path = request.url.split(/[?#]/)[0] ?? ''
    const methods = parts.allowedMethods(decodeURI(path)) // cannot throw: the router has decoded it before
    // a wildcard route may match although the resource does not exist, such as a missing static file
    if (methods.length === 0 || (methods.includes(method) && method !== 'OPTIONS')) {
      return parts.handleError(noSuchRoute(method, path), request, reply)
    }
    reply.header('allow', methods.join(', '))
    if (method !== 'OPTIONS') return parts.handleError(wrongMethod(method, path, methods), request, reply)
    parts.observe('rest', 'unknown', { requestId: request.id }).succeeded()
    reply.code(204).send()
  }
}

function noSuchRoute(method: string, path: string): AppError {
  return new AppError(ErrorCode.RouteNotFound, `There is no route ${method} ${path}.`)
}

function wrongMethod(method: string, path: string, methods: readonly string[]): AppError {
  const message = `${path} does not support ${method}; the allowed methods are ${methods.join(', ')}.`
  return new AppError(ErrorCode.MethodNotAllowed, message)
}
