import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Violation } from '../../errors/app-error.ts'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import { invalidRequest } from '../../errors/parse.ts'
import { readBody } from '../http/read-body.ts'
import { assertUtf8Charset } from '../http/request-checks.ts'

/** The fields of an HTML form, in their order. A name may occur several times. */
export type FormFields = readonly (readonly [name: string, value: string])[]

/** More than any form that people fill in has. */
const MAX_FIELDS = 200

/**
 * Reads the bodies of HTML forms as {@link FormFields}: `application/x-www-form-urlencoded` and `multipart/form-data`
 * without files. They have the size limit of every REST body, so a multipart body is parsed as a whole, by Node's own
 * parser.
 */
export function readFormBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/x-www-form-urlencoded', async (request: FastifyRequest) =>
    limitFields(parseUrlencoded(await readForm(request))),
  )
  app.addContentTypeParser('multipart/form-data', async (request: FastifyRequest) => {
    const body = await readForm(request)
    return limitFields(await parseMultipart(body, request.headers['content-type'] ?? ''))
  })
  app.addContentTypeParser('*', async () => {
    throw new AppError(
      ErrorCode.UnsupportedMediaType,
      'The content-type must be application/x-www-form-urlencoded or multipart/form-data, as browsers send forms.',
    )
  })
}

function readForm(request: FastifyRequest): Promise<Buffer> {
  assertUtf8Charset(request.headers['content-type'])
  return readBody(request, request.routeOptions.bodyLimit)
}

function parseUrlencoded(body: Buffer): FormFields {
  const text = body.toString('latin1') // percent-encoding is ASCII; anything else is rejected below
  try {
    if (!isUtf8(body)) throw new URIError()
    decodeURIComponent(text)
  } catch {
    throw invalidForm('the body must be percent-encoded UTF-8')
  }
  return [...new URLSearchParams(body.toString())]
}

async function parseMultipart(body: Buffer, contentType: string): Promise<FormFields> {
  const entries = await new Response(body, { headers: { 'content-type': contentType } }).formData().then(
    (form) => [...form],
    () => {
      throw invalidForm('the body must be multipart/form-data; it cannot be parsed')
    },
  )
  const fields: [string, string][] = []
  const files: Violation[] = []
  for (const [name, value] of entries) {
    if (typeof value === 'string') fields.push([name, value])
    else if (value.size > 0) files.push({ path: name, message: 'must not be a file; files are not accepted' })
  }
  if (files.length > 0) throw invalidRequest(files)
  if (!isUtf8(body)) throw invalidForm('the body must be UTF-8; it is not')
  return fields
}

function limitFields(fields: FormFields): FormFields {
  if (fields.length <= MAX_FIELDS) return fields
  throw invalidForm(`the form must have at most ${MAX_FIELDS} fields`)
}

function invalidForm(message: string): AppError {
  return invalidRequest([{ path: '', message }])
}
