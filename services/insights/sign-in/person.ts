import { type Claims, claimAt, textsOf } from '../../../lib/auth/claims.ts'
import type { Role } from '../../../lib/auth/scopes.ts'

/** What the provider says about a person. */
export interface Person {
  /** Identifies the person at the provider for ever. */
  readonly subject: string
  readonly name: string | null
  /** The highest of their roles; undefined if they have none. */
  readonly role: Role | undefined
}

const MAX_NAME_LENGTH = 200
const BY_RANK = ['admin', 'agent', 'viewer'] as const satisfies readonly Role[]

/** @param roleNames what the provider calls each role */
export function personOf(
  subject: string,
  claims: Claims,
  { rolesClaim, roleNames }: { readonly rolesClaim: string; readonly roleNames: Readonly<Record<Role, string>> },
): Person {
  const claim = claimAt(claims, rolesClaim)
  const roles = [...textsOf(claim), claim] // a text may be one role with spaces
  return { subject, name: nameOf(claims), role: BY_RANK.find((role) => roles.includes(roleNames[role])) }
}

function nameOf({ name, preferred_username, email }: Claims): string | null {
  const found = [name, preferred_username, email].find((value) => typeof value === 'string' && value.trim() !== '')
  return typeof found === 'string' ? [...found].slice(0, MAX_NAME_LENGTH).join('').replaceAll('\0', '') : null
}
