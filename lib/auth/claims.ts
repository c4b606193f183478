import { createHash } from 'node:crypto'

/** The claims of a verified token, or of a userinfo response. */
export type Claims = Readonly<Record<string, unknown>>

/**
 * Returns a claim. A name with dots is looked up as it is first, since names may be URLs
 * (`https://example.com/roles`), and then as a path into objects (`realm_access.roles`).
 */
export function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  return name.split('.').reduce<unknown>((value, key) => {
    const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    return isObject ? (value as Claims)[key] : undefined
  }, claims)
}

/** The texts of a claim that is an array of texts, or one text separated by spaces. Anything else has none. */
export function textsOf(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((text) => text !== '')
  return Array.isArray(claim) ? claim.filter((text) => typeof text === 'string') : []
}

const PLAIN_ID = /^[A-Za-z0-9._:|~-]{1,100}$/

/**
 * An identifier for logs and the audit log. A subject is an opaque id with most issuers; one that may be an email
 * address or a name, or is long, is replaced by a hash.
 */
export function idWithoutPersonalData(subject: string): string {
  return PLAIN_ID.test(subject) ? subject : createHash('sha256').update(subject).digest('hex').slice(0, 32)
}
