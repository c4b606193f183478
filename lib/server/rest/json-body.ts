import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AppError } from '../../errors/app-error.ts'
import { invalidRequest } from '../../errors/parse.ts'
import { readBody } from '../http/read-body.ts'
import { assertUtf8Charset } from '../http/request-checks.ts'

/**
 * Replaces Fastify's JSON parser, which accepts invalid UTF-8 (as U+FFFD) and other charsets, rejects valid JSON with
 * keys such as `__proto__`, and reports an incomplete body as an internal error. Such keys are harmless here, because
 * bodies are validated with a schema and never merged.
 */
export function readJsonBodies(app: FastifyInstance): void {
  app.addContentTypeParser('application/json', async (request: FastifyRequest) => {
    assertUtf8Charset(request.headers['content-type'])
    return parseJson(await readBody(request, request.routeOptions.bodyLimit))
  })
}

const BYTE_ORDER_MARK = '\ufeff'

function parseJson(body: Buffer): unknown {
  if (body.length === 0) throw invalidBody('the body is empty; it must be JSON')
  if (!isUtf8(body)) throw invalidBody('the body must be UTF-8; it is not')
  const text = body.toString()
  try {
    return JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text)
  } catch {
    throw invalidBody('the body must be JSON; it cannot be parsed')
  }
}

function invalidBody(message: string): AppError {
  return invalidRequest([{ path: '', message }])
}
