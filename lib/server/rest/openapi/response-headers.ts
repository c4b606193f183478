/** The response headers of REST, as OpenAPI header objects. A required one is there whenever an operation names it. */
export const RESPONSE_HEADERS = {
  'X-Request-Id': {
    description: 'Identifies the request in our logs: the value that the client sent in this header, or a new one.',
    required: true,
    schema: { type: 'string', pattern: '^[A-Za-z0-9._~:+/=-]{1,128}$' },
    example: '7c1f3c1e-5b0f-4a58-9f0c-0a4f0f6f8a11',
  },
  traceparent: {
    description: 'The W3C trace context of the request: the trace that the client sent, or a new one.',
    required: true,
    schema: { type: 'string', pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$' },
    example: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00',
  },
  'Cache-Control': {
    description: 'Responses hold personal data: no cache may keep them.',
    required: true,
    schema: { type: 'string', const: 'no-store' },
  },
  Location: {
    description: 'Where the lead is, relative to the URL of the request.',
    required: true,
    schema: { type: 'string', format: 'uri-reference' },
    example: 'leads/0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a11',
  },
  'Idempotent-Replayed': {
    description: 'The lead was stored by an earlier request with the same key.',
    required: true,
    schema: { type: 'string', const: 'true' },
  },
  'Retry-After': {
    description: 'After how many seconds a retry makes sense.',
    schema: { type: 'integer', minimum: 1 },
    example: 1,
  },
} as const
export type HeaderName = keyof typeof RESPONSE_HEADERS

/** The headers that every response of REST has. */
export const COMMON_HEADERS: readonly HeaderName[] = ['X-Request-Id', 'traceparent', 'Cache-Control']

export function headerReferences(names: readonly HeaderName[]) {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}
