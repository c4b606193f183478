import { z } from 'zod'
import type { KeyKind } from '../../../lib/auth/api-key.ts'
import { isOrigin } from '../../../lib/auth/auth-settings.ts'
import { ALL_SCOPES, Scope } from '../../../lib/auth/scopes.ts'

/** A stored key, without its text. Times are by the database's clock. */
export interface ApiKey {
  readonly id: string
  /** The first characters of the key. */
  readonly hint: string
  readonly kind: KeyKind
  readonly name: string
  readonly clientId: string
  readonly scopes: readonly Scope[]
  /** Of a publishable key; otherwise empty. */
  readonly origins: readonly string[]
  readonly state: KeyState
  readonly createdAt: Date
  /** An actor, as in the audit log. */
  readonly createdBy: string
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
  readonly lastUsedAt: Date | null
}

export const KeyState = { Active: 'active', Expired: 'expired', Revoked: 'revoked' } as const
export type KeyState = (typeof KeyState)[keyof typeof KeyState]

/** A key with its text, which is not stored and therefore shown only once. */
export interface CreatedKey {
  readonly key: ApiKey
  readonly text: string
}

export const KEY_LIMITS = { name: 200, origins: 100, originLength: 300 } as const
export const CLIENT_ID_PATTERN = '^[a-z0-9][a-z0-9._-]{0,63}$'

/** The client of every call when authentication is off. */
const RESERVED_CLIENT = 'anonymous'

const nameSchema = z
  .string({ error: 'must be a string' })
  .min(1, { error: 'must not be empty' })
  .max(KEY_LIMITS.name, { error: `must be at most ${KEY_LIMITS.name} characters` })
  .refine((name) => name.isWellFormed() && !/\p{Cc}/u.test(name), { error: 'must not contain control characters' })

const clientIdSchema = z
  .string({ error: 'must be a string' })
  .regex(new RegExp(CLIENT_ID_PATTERN), {
    error: 'must be 1 to 64 of a-z, 0-9, ".", "_" and "-", and begin with a letter or a digit',
  })
  .refine((id) => id !== RESERVED_CLIENT, { error: `must not be ${RESERVED_CLIENT}, which is reserved` })

const scopesSchema = z
  .array(z.enum(Scope, { error: `must be one of ${ALL_SCOPES.join(', ')}` }), { error: 'must be a list of scopes' })
  .max(100, { error: 'must have at most 100 items' })
  .transform((scopes) => ALL_SCOPES.filter((scope) => scopes.includes(scope)))
  .default([])

const originSchema = z
  .string({ error: 'must be a string' })
  .max(KEY_LIMITS.originLength, { error: `must be at most ${KEY_LIMITS.originLength} characters` })
  .refine(isOrigin, { error: 'must be an origin in lower case without a path, such as https://www.example.com' })

const originsSchema = z
  .array(originSchema, { error: 'must be a list of origins' })
  .max(KEY_LIMITS.origins, { error: `must have at most ${KEY_LIMITS.origins} items` })
  .transform((origins) => [...new Set(origins)])
  .default([])

/** The fields of a new key. A publishable key without scopes gets the only one that it may have. */
export const newKeyFields = {
  kind: z.enum(['secret', 'publishable'], { error: 'must be secret or publishable' }).default('secret'),
  name: nameSchema,
  client_id: clientIdSchema,
  scopes: scopesSchema,
  origins: originsSchema,
}

/** Reports what a key of this kind must not have or lacks. */
export function checkKind(
  { kind, scopes, origins }: { kind: KeyKind; scopes: readonly Scope[]; origins: readonly string[] },
  report: (path: string, message: string) => void,
): void {
  if (kind === 'secret') {
    if (scopes.length === 0) report('scopes', `must have at least one of ${ALL_SCOPES.join(', ')}`)
    if (origins.length > 0) report('origins', 'must be empty for a secret key, which web pages must not use')
    return
  }
  if (scopes.some((scope) => scope !== Scope.LeadsWrite)) {
    report('scopes', `must be ${Scope.LeadsWrite} alone for a publishable key, which anyone can read`)
  }
  if (origins.length === 0) {
    report('origins', 'must have at least one origin for a publishable key, such as https://www.example.com')
  }
}
