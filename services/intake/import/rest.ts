import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { uuidField } from '../../../contract/rest-fields.ts'
import { uuidSchema } from '../../../domain/uuid.ts'
import { Scope } from '../../../lib/auth/scopes.ts'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import { invalidRequest, violationsOf } from '../../../lib/errors/parse.ts'
import { abortWhenClosed } from '../../../lib/server/http/abort-when-closed.ts'
import { assertUtf8Charset } from '../../../lib/server/http/request-checks.ts'
import { problemSchema, violationSchema } from '../../../lib/server/rest/error.ts'
import type { FailLate, RestApp } from '../../../lib/server/rest/handler.ts'
import { discardRest } from '../../../lib/server/rest/long-body.ts'
import { DETAILS } from '../../../lib/server/rest/openapi/route-details.ts'
import { streamedResponse } from '../../../lib/server/rest/openapi/streamed-response.ts'
import { callerOf } from '../caller.ts'
import { keyViolation, parseIdempotencyKey } from '../idempotency-key.ts'
import type { Intake } from '../intake.ts'
import { startIdleTimeout } from './idle-timeout.ts'
import { readBody, readText } from './read-body.ts'
import { readCsv } from './read-csv.ts'
import { readNdjson } from './read-ndjson.ts'
import { responseLines } from './response-lines.ts'
import type { RowReader } from './row.ts'

/** CSV is first, as the default of /docs: Swagger UI treats any media type with "json" in its name as JSON. */
const READERS: Readonly<Record<string, RowReader>> = {
  'text/csv': readCsv,
  'application/x-ndjson': readNdjson,
  'application/jsonl': readNdjson,
}
/** Each keeps a few lists of rows in memory. */
const MAX_IMPORTS = 32
/** Longer than a list is retried while PostgreSQL is unreachable. */
const IDLE_TIMEOUT_MS = 60_000

const countsSchema = z
  .object({ rows: z.int(), created: z.int(), replayed: z.int(), conflicts: z.int(), erased: z.int(), invalid: z.int() })
  .meta({ id: 'ImportCounts', description: 'Number of processed rows, in total and by outcome.' })
const lineSchema = z
  .union([
    z
      .object({
        row: z
          .int()
          .min(1)
          .meta({ description: 'Number of the row, from 1. CSV headers and empty lines do not count.' }),
        outcome: z.enum(['invalid', 'conflict', 'erased']),
        errors: z.array(violationSchema),
      })
      .meta({ id: 'ImportFault', description: 'A row that was not stored.' }),
    z
      .object({ progress: countsSchema })
      .meta({ id: 'ImportProgress', description: 'All rows up to `progress.rows` are processed and committed.' }),
    z
      .object({ done: countsSchema })
      .meta({ id: 'ImportDone', description: 'The last line of a complete import: all valid rows are committed.' }),
    z
      .object({ failed: problemSchema, progress: countsSchema })
      .meta({ id: 'ImportFailed', description: 'The last line of an import that failed after `progress.rows` rows.' }),
  ])
  .meta({ id: 'ImportLine', description: 'One line of the response.' })

const response = streamedResponse('One JSON object per line, sent as rows are stored.', {
  'application/x-ndjson': lineSchema,
})

const NDJSON_EXAMPLE = `{"idempotency_key": "0b54e1d6-6c1f-4f0e-9f25-3c1a7a0e8d11", "email": "ada@example.com", "note": "A quote for 20 seats, please."}
{"idempotency_key": "0b54e1d6-6c1f-4f0e-9f25-3c1a7a0e8d12", "note": "I cannot log in."}
`
const CSV_EXAMPLE = `idempotency_key,email,note
0b54e1d6-6c1f-4f0e-9f25-3c1a7a0e8d13,ada@example.com,"A quote for 20 seats, please."
0b54e1d6-6c1f-4f0e-9f25-3c1a7a0e8d14,,I cannot log in.
`
const RESPONSE_EXAMPLE = `{"progress":{"rows":2,"created":2,"replayed":0,"conflicts":0,"erased":0,"invalid":0}}
{"done":{"rows":2,"created":2,"replayed":0,"conflicts":0,"erased":0,"invalid":0}}
`

const routeSchema = {
  operationId: 'importLeads',
  tags: ['Leads'],
  summary: 'Store many leads from a stream of rows',
  description:
    'Rows are newline-delimited JSON, one object per line with `idempotency_key` and the fields of a lead, or CSV ' +
    '(RFC 4180) with a header line of the same names. The key of a row without one is the UUIDv5 of the row number ' +
    'in the namespace of the header `Idempotency-Key`, so sending the same file again with the same header creates ' +
    'nothing.\n\n' +
    'Rows are stored while the client sends more. The response lists each invalid or conflicting row, reports ' +
    'progress, and ends with `done` or `failed`; without either, the connection was lost. After `failed` or a lost ' +
    'connection, all rows up to the last progress are processed; retry the file with the same key.\n\n' +
    'Read the response while sending: the service stops reading rows while the client does not read the response.',
  consumes: Object.keys(READERS),
  headers: z.object({
    'idempotency-key': uuidField.optional().meta({
      description: 'A UUID that the client chooses for the file. Required if rows have no key of their own.',
      examples: ['0b54e1d6-6c1f-4f0e-9f25-3c1a7a0e8d11'],
    }),
  }),
  body: z.string().meta({ description: 'Rows in UTF-8, each at most 262,144 UTF-16 code units.' }),
  response,
  [DETAILS]: {
    streamsBody: true,
    requestExamples: {
      'application/x-ndjson': NDJSON_EXAMPLE,
      'application/jsonl': NDJSON_EXAMPLE,
      'text/csv': CSV_EXAMPLE,
    },
    responseExamples: { 'application/x-ndjson': RESPONSE_EXAMPLE },
  },
}

/** Registers `POST /leads:import`, which streams rows in and progress out. */
export function registerImportRest(
  app: RestApp,
  intake: Pick<Intake, 'importLeads'>,
  failLate: FailLate,
  { maxImports = MAX_IMPORTS, idleTimeoutMs = IDLE_TIMEOUT_MS } = {},
): void {
  const stopping = new AbortController()
  app.addHook('preClose', async () => stopping.abort(stoppingError()))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => done(null)) // the route reads the body itself
  let running = 0

  app.post(
    '/leads::import', // `::` is an escaped colon
    {
      config: { scope: Scope.LeadsWrite, longBody: true },
      schema: routeSchema,
      validatorCompiler: () => (value) => ({ value }), // the use case validates each row
      onRequest: async ({ headers }) => void readerOf(headers['content-type']),
    },
    async (request, reply) => {
      const { headers, raw } = request
      const importKey = importKeyOf(headers)
      if (running >= maxImports) throw tooManyImports()
      running += 1
      const closed = abortWhenClosed(reply.raw)
      const idle = startIdleTimeout(reply.raw, idleTimeoutMs)
      const signal = AbortSignal.any([closed.signal, idle.signal, stopping.signal])
      const body = readBody(raw, signal)
      const lists = intake.importLeads(callerOf(request), {
        rows: tap(readerOf(headers['content-type'])(readText(body)), ({ length }) => length > 0 && idle.refresh()),
        importKey,
        signal,
      })
      const end = async () => {
        closed.release()
        body.destroy()
        discardRest(raw)
        await lists.return() // has an effect only if the response was closed before it started
        running -= 1
      }
      try {
        const first = await lists.next() // an error before the first list is a regular problem response
        const lines = tap(
          responseLines(first, lists, (error) => failLate(request, error)),
          idle.refresh,
        )
        return reply.type('application/x-ndjson').send(Readable.from(lines).once('close', end))
      } catch (error) {
        await end()
        throw error
      }
    },
  )
}

/** Calls `onItem` with each item before it is yielded. */
async function* tap<T>(items: AsyncIterable<T>, onItem: (item: T) => void): AsyncGenerator<T> {
  for await (const item of items) {
    onItem(item)
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
    'The Content-Type must be application/x-ndjson, application/jsonl or text/csv.',
  )
}

function tooManyImports(): AppError {
  return new AppError(ErrorCode.Overloaded, 'Too many imports are running; retry shortly.', {
    retryAfterSeconds: 5,
  })
}

function stoppingError(): AppError {
  return new AppError(ErrorCode.Unavailable, 'The service is shutting down; retry the file with the same key.', {
    retryAfterSeconds: 1,
  })
}
