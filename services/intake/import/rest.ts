import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { uuidField } from '../../../contract/rest-fields.ts'
import { uuidSchema } from '../../../domain/uuid.ts'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import { invalidRequest, violationsOf } from '../../../lib/errors/parse.ts'
import { abortWhenClosed } from '../../../lib/server/http/abort-when-closed.ts'
import { assertUtf8Charset } from '../../../lib/server/http/request-checks.ts'
import { problemSchema, violationSchema } from '../../../lib/server/rest/error.ts'
import type { FailLate, RestApp } from '../../../lib/server/rest/handler.ts'
import { discardRest } from '../../../lib/server/rest/long-body.ts'
import { DETAILS } from '../../../lib/server/rest/openapi/route-details.ts'
import { callerOf } from '../caller.ts'
import { keyViolation, parseIdempotencyKey } from '../idempotency-key.ts'
import type { Intake } from '../intake.ts'
import { answerLines } from './answer-lines.ts'
import { watchIdle } from './idle-timeout.ts'
import { readBody } from './read-body.ts'
import { readCsv } from './read-csv.ts'
import { readNdjson } from './read-ndjson.ts'
import { readText } from './read-text.ts'
import type { RowReader } from './row.ts'

/** The first is what /docs offers: Swagger UI takes a media type with "json" in its name for JSON. */
const READERS: Readonly<Record<string, RowReader>> = {
  'text/csv': readCsv,
  'application/x-ndjson': readNdjson,
  'application/jsonl': readNdjson,
}
/** Each keeps a few lists of rows in memory. */
const MAX_IMPORTS = 32
/** How long no row may arrive and no line of the answer be taken; longer than a list waits for the database. */
const SILENCE_MS = 60_000

const countsSchema = z
  .object({ rows: z.int(), created: z.int(), replayed: z.int(), conflicts: z.int(), invalid: z.int() })
  .meta({ id: 'ImportCounts', description: 'How many rows are dealt with, in all and by outcome.' })
const lineSchema = z
  .union([
    z
      .object({
        row: z.int().min(1).meta({ description: 'From 1; the header of a CSV file and empty lines do not count.' }),
        outcome: z.enum(['invalid', 'conflict']),
        errors: z.array(violationSchema),
      })
      .meta({ id: 'ImportFault', description: 'A row that is not stored.' }),
    z
      .object({ progress: countsSchema })
      .meta({ id: 'ImportProgress', description: 'The first so many rows are committed.' }),
    z
      .object({ done: countsSchema })
      .meta({ id: 'ImportDone', description: 'The last line: all rows were read, and what is valid is committed.' }),
    z
      .object({ failed: problemSchema, progress: countsSchema })
      .meta({ id: 'ImportFailed', description: 'The last line of an import that broke off.' }),
  ])
  .meta({ id: 'ImportLine', description: 'One line of the response.' })

/** Not typed by its schemas: the answer is sent as a stream. */
const response: Record<number, unknown> = {
  200: {
    description: 'One JSON object a line, sent as rows are stored.',
    content: { 'application/x-ndjson': { schema: lineSchema } },
  },
}

const NDJSON_EXAMPLE = `{"idempotency_key": "0b54e1d6-6c1f-4f0e-9f25-3c1a7a0e8d11", "email": "ada@example.com", "note": "A quote for 20 seats, please."}
{"idempotency_key": "0b54e1d6-6c1f-4f0e-9f25-3c1a7a0e8d12", "note": "I cannot log in."}
`
const CSV_EXAMPLE = `idempotency_key,email,note
0b54e1d6-6c1f-4f0e-9f25-3c1a7a0e8d13,ada@example.com,"A quote for 20 seats, please."
0b54e1d6-6c1f-4f0e-9f25-3c1a7a0e8d14,,I cannot log in.
`
const ANSWER_EXAMPLE = `{"progress":{"rows":2,"created":2,"replayed":0,"conflicts":0,"invalid":0}}
{"done":{"rows":2,"created":2,"replayed":0,"conflicts":0,"invalid":0}}
`

const routeSchema = {
  operationId: 'importLeads',
  tags: ['Leads'],
  summary: 'Store many leads from a stream of rows',
  description:
    'Rows are newline-delimited JSON, an object a line with `idempotency_key` and the fields of a lead, or CSV (RFC ' +
    '4180) with a header line of the same names. A row without a key gets the UUIDv5 of its number in the ' +
    'namespace of the header `Idempotency-Key`: the same file sent again with the same header changes nothing. ' +
    'Rows are stored in lists while more of them come; the answer tells of each row that is invalid or in ' +
    'conflict, of the progress after each list, and ends with `done` or `failed`. One that ends without either was ' +
    'cut off. After `failed`, and after being cut off, everything up to the last progress is stored, and the same ' +
    'request may be sent again. Read the answer while you send: nothing more is read while it is not.',
  consumes: Object.keys(READERS),
  headers: z.object({
    'idempotency-key': uuidField.optional().meta({
      description: 'A UUID that the client chooses for the file. Rows need it that have no key of their own.',
      examples: ['0b54e1d6-6c1f-4f0e-9f25-3c1a7a0e8d11'],
    }),
  }),
  body: z.string().meta({ description: 'Rows in UTF-8, of at most 262,144 UTF-16 code units each.' }),
  response,
  [DETAILS]: {
    streamsBody: true,
    requestExamples: {
      'application/x-ndjson': NDJSON_EXAMPLE,
      'application/jsonl': NDJSON_EXAMPLE,
      'text/csv': CSV_EXAMPLE,
    },
    responseExamples: { 'application/x-ndjson': ANSWER_EXAMPLE },
  },
}

/** `POST /leads:import`: rows in, progress out, both as streams. */
export function registerImportRest(
  app: RestApp,
  intake: Pick<Intake, 'importLeads'>,
  failLate: FailLate,
  { maxImports = MAX_IMPORTS, idleTimeoutMs = SILENCE_MS } = {},
): void {
  const stopping = new AbortController()
  app.addHook('preClose', async () => stopping.abort(isStopping()))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => done(null)) // the route reads the body itself
  let running = 0

  app.post(
    '/leads::import', // the router's way to write one colon
    {
      config: { longBody: true },
      schema: routeSchema,
      validatorCompiler: () => (value) => ({ value }), // rows are checked one by one, as on every protocol
      onRequest: async ({ headers }) => void readerOf(headers['content-type']),
    },
    async (request, reply) => {
      const { headers, raw } = request
      const importKey = importKeyOf(headers)
      if (running >= maxImports) throw tooManyImports()
      running += 1
      const closed = abortWhenClosed(reply.raw)
      const silence = watchIdle(reply.raw, idleTimeoutMs)
      const signal = AbortSignal.any([closed.signal, silence.signal, stopping.signal])
      const body = readBody(raw, signal)
      const lists = intake.importLeads(callerOf(request), {
        rows: watched(readerOf(headers['content-type'])(readText(body)), ({ length }) => length > 0 && silence.moved()),
        importKey,
        signal,
      })
      const end = async () => {
        closed.release()
        body.destroy()
        discardRest(raw)
        await lists.return() // nothing to do, unless the answer was given up before it was begun
        running -= 1
      }
      try {
        const first = await lists.next() // what goes wrong before anything is stored is a problem as everywhere
        const lines = watched(
          answerLines(first, lists, (error) => failLate(request, error)),
          silence.moved,
        )
        return reply.type('application/x-ndjson').send(Readable.from(lines).once('close', end))
      } catch (error) {
        await end()
        throw error
      }
    },
  )
}

/** The same items, each shown to `look` before. */
async function* watched<T>(items: AsyncIterable<T>, look: (item: T) => void): AsyncGenerator<T> {
  for await (const item of items) {
    look(item)
    yield item
  }
}

/** @throws AppError `invalid_request` */
function importKeyOf(headers: IncomingHttpHeaders): string | undefined {
  const key = uuidSchema.optional().safeParse(parseIdempotencyKey(headers['idempotency-key']))
  if (key.success) return key.data
  throw invalidRequest(violationsOf(key.error).map(({ message }) => keyViolation(headers, message)))
}

function readerOf(contentType = ''): RowReader {
  assertUtf8Charset(contentType)
  const reader = READERS[contentType.split(';')[0]?.trim().toLowerCase() ?? '']
  if (reader !== undefined) return reader
  throw new AppError(
    ErrorCode.UnsupportedMediaType,
    'Send rows as application/x-ndjson (or application/jsonl), or as text/csv, and say so in Content-Type.',
  )
}

function tooManyImports(): AppError {
  return new AppError(ErrorCode.Overloaded, 'Too many imports are running; try again shortly.', {
    retryAfterSeconds: 5,
  })
}

function isStopping(): AppError {
  return new AppError(ErrorCode.Unavailable, 'This process is stopping; send the same request again.', {
    retryAfterSeconds: 1,
  })
}
