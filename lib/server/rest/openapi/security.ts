import type { FastifyContextConfig } from 'fastify'

/** How calls authenticate, as OpenAPI security schemes. */
export const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description:
      'An API key (`lt_sk_…`), or a token of the configured issuer. Each operation lists the scope that it needs. ' +
      'Without authentication (`AUTH=off`) no credential is necessary.',
  },
} as const

/**
 * The security requirement of an operation. OpenAPI 3.1 lists the needed roles of a bearer token, here the scope. A
 * credential in the path is a parameter; there is no scheme for it.
 */
export function securityOf({ scope, authenticate }: FastifyContextConfig): Record<string, string[]>[] {
  return scope === undefined || scope === 'public' || authenticate ? [] : [{ bearer: [scope] }]
}
