import type { FastifyContextConfig } from 'fastify'
import { SESSION_COOKIE } from '../../../auth/session-cookie.ts'

/** How calls authenticate, as OpenAPI security schemes. */
export const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description:
      'An API key (`lt_sk_…`), or a token of the configured issuer. Each operation lists the scope that it needs. ' +
      'Without authentication (`AUTH=off`) no credential is necessary.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION_COOKIE,
    description: 'The session of a person who signed in to insights. Changes need a page of the same origin.',
  },
} as const

type Requirement = Readonly<Record<string, readonly string[]>>

/**
 * The security requirements of an operation, of which a call must meet one. OpenAPI 3.1 lists the needed roles of a
 * credential, here the scope. A credential in the path is a parameter; there is no scheme for it.
 *
 * @param ofPublic the requirements of a route that authenticates by itself
 */
export function securityOf(
  { scope, authenticate }: FastifyContextConfig,
  ofPublic: readonly Requirement[] = [],
): readonly Requirement[] {
  if (scope === 'public') return ofPublic
  return scope === undefined || authenticate ? [] : [{ bearer: [scope] }, { session: [scope] }]
}
