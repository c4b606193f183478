import type { RequiredScope } from '../../../auth/access-control.ts'

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

/** The security requirement of an operation. OpenAPI 3.1 lists the needed roles of a bearer token, here the scope. */
export function securityOf(required: RequiredScope): Record<string, string[]>[] {
  return required === 'public' ? [] : [{ bearer: [required] }]
}
