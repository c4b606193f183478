/** The parts of an OpenAPI document that the tests use. */
export interface OpenApiDocument {
  openapi: string
  info: Record<string, unknown>
  servers: { url: string }[]
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, object>
    responses: Record<string, ResponseObject>
    headers: Record<string, HeaderObject>
  }
}
interface Operation {
  operationId: string
  summary: string
  tags: string[]
  parameters?: Parameter[]
  requestBody?: { required: boolean; content: Record<string, Media> }
  responses: Record<string, ResponseObject | { $ref: string }>
}
interface Parameter {
  name: string
  in: string
  required: boolean
  description?: string
  schema: object
  example?: unknown
}
export interface Media {
  schema: object
  example?: unknown
  examples?: Record<string, { value: unknown }>
}
interface ResponseObject {
  description: string
  headers?: Record<string, { $ref: string }>
  content: Record<string, Media>
}
interface HeaderObject {
  required?: boolean
  schema: object
}

export interface DescribedOperation extends Operation {
  method: string
  path: string
}

export function operationsOf(document: OpenApiDocument): DescribedOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method, path })),
  )
}

/** Resolves a reference within the document. Returns anything else unchanged. */
export function resolve<T extends object>(document: OpenApiDocument, part: T | { $ref: string }): T {
  if (!('$ref' in part)) return part
  const keys = part.$ref.replace(/^#\//, '').split('/')
  return keys.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], document) as T
}

/** Returns an example of a body, from the media type or from its schema. */
export function exampleOf(document: OpenApiDocument, media: Media): unknown {
  const schema = resolve<{ examples?: unknown[] }>(document, media.schema)
  return media.example ?? Object.values(media.examples ?? {})[0]?.value ?? schema.examples?.[0]
}
