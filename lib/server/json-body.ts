import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import { invalidRequest } from '../errors/parse.ts'
import { assertUtf8Charset } from './charset.ts'
import { bodyFailure } from './http-refusals.ts'

/**
 * Reads JSON bodies in place of Fastify's parser, which takes what is not UTF-8 (and stores U+FFFD for it), takes a foreign
 * charset, refuses valid JSON for a key such as `__proto__`, and calls a body that breaks off an internal error. A key is
 * no danger here: bodies are checked against a schema and never merged.
 */
export function readJsonBodies(app: FastifyInstance): void {
  app.addContentTypeParser('application/json', (request, _payload, done) => {
    readBody(request, (error, body) => {
      if (body === undefined) return done(error)
      try {
        done(null, parseJson(body))
      } catch (thrown) {
        done(thrown as Error)
      }
    })
  })
}

/**
 * Calls back once, with the whole body or with why there is none.
 * @throws AppError `unsupported_media_type`, `payload_too_large` for what the headers say
 */
function readBody(request: FastifyRequest, done: (error: Error | null, body?: Buffer) => void): void {
  const { raw, routeOptions, headers } = request
  assertUtf8Charset(headers['content-type'])
  if (Number(headers['content-length']) > routeOptions.bodyLimit) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  const end = (error: Error | null, body?: Buffer) => {
    raw.off('data', onData).off('end', onEnd).off('error', onError)
    raw.on('error', () => undefined) // the connection may break later
    done(error, body)
  }
  const onData = (chunk: Buffer) => {
    size += chunk.length
    if (size > routeOptions.bodyLimit) end(tooLarge())
    else chunks.push(chunk)
  }
  const onEnd = () => end(null, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size))
  const onError = (cause: Error) => end(bodyFailure(request, cause))
  raw.on('data', onData).on('end', onEnd).on('error', onError)
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

function tooLarge(): AppError {
  return new AppError(ErrorCode.PayloadTooLarge, 'The body is too large.')
}
