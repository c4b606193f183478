import type { OpenApiDocument } from './document.ts'
import { operationsOf, resolve } from './document.ts'
import { documentSchemas } from './document-schemas.ts'

/** Checks responses against an OpenAPI document, and records which responses it has seen. */
export interface Contract {
  /**
   * @returns the parsed body
   * @throws Error with every difference from the document
   */
  read(operationId: string, response: Response): Promise<unknown>
  /** Responses by operation and status, for example `createLead 201`. */
  readonly documented: ReadonlySet<string>
  readonly seen: ReadonlySet<string>
}

/** Allowed in every response without being documented. */
const HTTP_HEADERS = new Set([
  'connection',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'transfer-encoding',
  // addressed to the browser that shows a response or calls for a page, not to the client
  'content-security-policy',
  'cross-origin-resource-policy',
  'referrer-policy',
  'strict-transport-security',
  'vary',
  'x-accel-buffering', // addressed to proxies
  'x-content-type-options',
])

export function createContract(document: OpenApiDocument): Contract {
  const schemas = documentSchemas(document)
  const operations = new Map(operationsOf(document).map((operation) => [operation.operationId, operation]))
  const seen = new Set<string>()

  function checkHeaders(declared: Record<string, { $ref: string }>, headers: Headers): string[] {
    const undocumented = [...headers.keys()].filter(
      (name) => !HTTP_HEADERS.has(name) && !Object.keys(declared).some((known) => known.toLowerCase() === name),
    )
    const wrong = Object.entries(declared).flatMap(([name, reference]) => {
      const { required, schema } = resolve<{ required?: boolean; schema: { type?: string } }>(document, reference)
      const text = headers.get(name)
      if (text === null) return required ? [`the header ${name} is missing`] : []
      const errors = schemas.validate(`${reference.$ref}/schema`, schema.type === 'integer' ? Number(text) : text)
      return errors.length > 0 ? [`the header ${name} is ${text}`] : []
    })
    return [...undocumented.map((name) => `the header ${name} is not documented`), ...wrong]
  }

  function checkBody(media: { readonly schema?: object } | undefined, body: unknown): readonly unknown[] {
    if (media === undefined) return ['the content type is not documented']
    // every body is a named schema, which openapi.test.ts checks, or one of several
    const { $ref, anyOf = [] } = media.schema as { $ref?: string; anyOf?: { $ref?: string; anyOf?: object[] }[] }
    if ($ref !== undefined) return schemas.validate($ref, body)
    const errors = anyOf.map((schema) => checkBody({ schema }, body))
    return errors.some((found) => found.length === 0) ? [] : errors
  }

  return {
    documented: new Set(
      [...operations].flatMap(([id, { responses }]) => Object.keys(responses).map((status) => `${id} ${status}`)),
    ),
    seen,
    read: async (operationId, response) => {
      const name = `${operationId} ${response.status}`
      const type = response.headers.get('content-type')?.split(';')[0] ?? ''
      const text = await (type === 'text/event-stream' ? firstEvent(response) : response.text())
      const reference = operations.get(operationId)?.responses[response.status]
      if (reference === undefined) throw new Error(`${name} is not documented: ${text}`)
      const { content, headers } = resolve(document, reference)
      const bodies = bodiesOf(type, text)
      const errors = [
        ...bodies.flatMap((body) => checkBody(content[type], body)),
        ...(bodies.length === 0 && Object.keys(content).length > 0 ? ['the body is missing'] : []),
        ...checkHeaders(headers ?? {}, response.headers),
      ]
      if (errors.length > 0) throw new Error(`${name} differs from the document: ${JSON.stringify(errors)}: ${text}`)
      seen.add(name)
      return type === 'application/x-ndjson' ? bodies : bodies[0]
    },
  }
}

/** The text of the first event of a stream, which is then closed. */
async function firstEvent({ body }: Response): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const bytes of body ?? []) {
    text += decoder.decode(bytes as Uint8Array, { stream: true })
    const [event, rest] = text.split('\n\n')
    if (rest !== undefined) return event ?? ''
  }
  throw new Error(`the stream ended without an event: ${text}`)
}

/** An event as the document describes it. */
function parseEvent(text: string): object {
  const fields = text.split('\n').map((line) => {
    const [, name = '', value = ''] = /^(\w+): (.*)$/.exec(line) ?? []
    return [name, name === 'data' || name === 'retry' ? (JSON.parse(value) as unknown) : value]
  })
  return Object.fromEntries(fields) as object
}

function bodiesOf(type: string, text: string): unknown[] {
  if (text === '') return []
  if (type === 'text/html' || type === 'text/csv') return [text]
  if (type === 'text/event-stream') return [parseEvent(text)]
  const lines = type === 'application/x-ndjson' ? text.trimEnd().split('\n') : [text]
  return lines.map((line) => JSON.parse(line) as unknown)
}
