/** The REST response headers as OpenAPI header objects. An operation that lists a required header always sends it. */
export const RESPONSE_HEADERS = {
  'X-Request-Id': {
    description: 'Identifies the request in the server log: the value from the request, or a new one.',
    required: true,
    schema: { type: 'string', pattern: '^[A-Za-z0-9._~:+/=-]{1,128}$' },
    example: '7c1f3c1e-5b0f-4a58-9f0c-0a4f0f6f8a11',
  },
  traceparent: {
    description: 'The W3C trace context of the request: the trace from the request, or a new one.',
    required: true,
    schema: { type: 'string', pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$' },
    example: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00',
  },
  'Cache-Control': {
    description: 'Responses contain personal data and must not be cached.',
    required: true,
    schema: { type: 'string', const: 'no-store' },
  },
  Location: {
    description: 'The URL of the lead, relative to the URL of the request; for a form, where the browser continues.',
    required: true,
    schema: { type: 'string', format: 'uri-reference' },
    example: 'leads/0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a11',
  },
  'Idempotent-Replayed': {
    description: 'The lead was stored by an earlier request with the same key.',
    required: true,
    schema: { type: 'string', const: 'true' },
  },
  'WWW-Authenticate': {
    description: 'How to authenticate, and what is wrong with the credential (RFC 6750).',
    required: true,
    schema: { type: 'string', pattern: '^Bearer' },
    example: 'Bearer error="invalid_token"',
  },
  'Set-Cookie': {
    description: 'The cookie of the session, or one that removes it.',
    required: true,
    schema: { type: 'string', pattern: '^__Host-leadtriage=' },
    example: '__Host-leadtriage=…; Path=/; Secure; HttpOnly; SameSite=Lax',
  },
  'Content-Disposition': {
    description: 'Makes a browser store the response as a file.',
    required: true,
    schema: { type: 'string', pattern: '^attachment; filename=' },
    example: 'attachment; filename="insights.csv"',
  },
  RateLimit: {
    description:
      'The limit of the client, or of the address without a credential: calls left (`r`) and seconds until more.',
    schema: { type: 'string' },
    example: '"client";r=4999;t=1',
  },
  'RateLimit-Policy': {
    description: 'The limits: calls at once (`q`), which refill within `w` seconds.',
    schema: { type: 'string' },
    example: '"address";q=5000;w=1, "client";q=5000;w=1',
  },
  'Retry-After': {
    description: 'The number of seconds to wait before a retry.',
    schema: { type: 'integer', minimum: 1 },
    example: 1,
  },
} as const
export type HeaderName = keyof typeof RESPONSE_HEADERS

/** The headers of every REST response. */
export const COMMON_HEADERS: readonly HeaderName[] = [
  'X-Request-Id',
  'traceparent',
  'Cache-Control',
  'RateLimit',
  'RateLimit-Policy',
]

export function headerReferences(names: readonly HeaderName[]) {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}
