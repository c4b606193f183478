import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AppError } from '../../errors/app-error.ts'
import { invalidRequest } from '../../errors/parse.ts'
import { readBody } from '../http/read-body.ts'
import { assertUtf8Charset } from './charset.ts'

/**
 * Reads JSON bodies in place of Fastify's parser, which takes what is not UTF-8 (and stores U+FFFD for it), takes a foreign
 * charset, refuses valid JSON for a key such as `__proto__`, and calls a body that breaks off an internal error. A key is
 * no danger here: bodies are checked against a schema and never merged.
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
