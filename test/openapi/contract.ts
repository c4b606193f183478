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
    const { $ref } = media.schema as { $ref: string } // every body is a named schema, which openapi.test.ts checks
    return schemas.validate($ref, body)
  }

  return {
    documented: new Set(
      [...operations].flatMap(([id, { responses }]) => Object.keys(responses).map((status) => `${id} ${status}`)),
    ),
    seen,
    read: async (operationId, response) => {
      const name = `${operationId} ${response.status}`
      const text = await response.text()
      const reference = operations.get(operationId)?.responses[response.status]
      if (reference === undefined) throw new Error(`${name} is not documented: ${text}`)
      const { content, headers } = resolve(document, reference)
      const type = response.headers.get('content-type')?.split(';')[0] ?? ''
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

function bodiesOf(type: string, text: string): unknown[] {
  if (text === '') return []
  if (type === 'text/html') return [text]
  const lines = type === 'application/x-ndjson' ? text.trimEnd().split('\n') : [text]
  return lines.map((line) => JSON.parse(line) as unknown)
}
