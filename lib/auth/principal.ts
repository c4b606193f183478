import { ALL_SCOPES, type Scope } from './scopes.ts'

/** Who makes a call, as established by its credential. */
export interface Principal {
  /** Owns idempotency keys and has limits of its own. Several credentials may belong to one client. */
  readonly clientId: string
  readonly scopes: ReadonlySet<Scope>
  /** Identifies the credential or person in the audit log, without personal data: `key:<id>`, `jwt:<sub>`, `user:<id>`. */
  readonly actor: string
  /** Whether the credential is a publishable key, which anyone can read. Such calls have a limit of their own. */
  readonly isPublishable?: boolean
}

/** The client of every call when authentication is off. */
export const ANONYMOUS: Principal = {
  clientId: 'anonymous',
  scopes: new Set(ALL_SCOPES),
  actor: 'anonymous',
}
