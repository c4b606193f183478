import { randomUUID } from 'node:crypto'
import type { AuditSource } from '../../../lib/auth/audit-event.ts'
import { AuditAction, recordAuditEvent } from '../../../lib/auth/audit-event.ts'
import type { Role, Scope } from '../../../lib/auth/scopes.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'

/** A session to be stored. It belongs to an API key or to a person at the provider. */
export interface NewSession {
  readonly id: string
  readonly hash: Buffer
  readonly clientId: string
  readonly actor: string
  readonly name: string | null
  readonly role: Role | null
  readonly scopes: readonly Scope[]
  readonly keyId: string | null
  readonly subject: string | null
  readonly providerSession: string | null
  /** Sealed. */
  readonly providerTokens: Buffer | null
}

/** A stored session. */
export interface Session {
  readonly id: string
  readonly actor: string
  readonly name: string | null
  readonly role: Role | null
  readonly scopes: readonly Scope[]
  readonly subject: string | null
  readonly providerTokens: Buffer | null
  readonly expiresAt: Date
  readonly endsAt: Date
}

/** Why a session ended or was refused, for the audit log. */
export type SessionEnd = 'signed_out' | 'signed_in_again' | 'provider_logout' | 'provider_refused' | 'no_role'

/** Every method throws AppError `unavailable` when PostgreSQL is unreachable. */
export interface SessionStore {
  start(session: NewSession, call: Omit<AuditSource, 'actor'>): Promise<void>
  /** Returns the live session with this hash. */
  find(hash: Buffer): Promise<Session | undefined>
  /** Ends a session; does nothing if it has ended. */
  end(session: Pick<Session, 'id' | 'actor'>, reason: SessionEnd, call: Omit<AuditSource, 'actor'>): Promise<void>
  recordRefusal(actor: string, reason: SessionEnd, call: Omit<AuditSource, 'actor'>): Promise<void>
  /** Returns the live sessions of a person at the provider: all of them, or those of one session there. */
  ofPerson(person: { readonly subject?: string; readonly providerSession?: string }): Promise<Session[]>
  /** Returns sessions whose person the provider was not asked about for `seconds`, and marks them as checked. */
  takeUnchecked(seconds: number, limit: number): Promise<Session[]>
  /** Stores what the provider said about the person. */
  recordCheck(id: string, result: Pick<NewSession, 'name' | 'role' | 'scopes' | 'providerTokens'>): Promise<void>
  deleteExpired(): Promise<void>
}

interface SessionRecord {
  id: string
  actor: string
  name: string | null
  role: Role | null
  scopes: Scope[]
  subject: string | null
  provider_tokens: Buffer | null
  expires_at: Date
  ends_at: Date
}

export function createSessionStore(
  sql: Sql,
  { idleMinutes, maxHours }: { readonly idleMinutes: number; readonly maxHours: number },
): SessionStore {
  const columns = sql`
    sessions.id, sessions.actor, name, role, to_jsonb(sessions.scopes) as scopes, subject, provider_tokens,
    sessions.expires_at, ends_at`

  const audit = (
    action: AuditAction,
    actor: string,
    target: string,
    details: object,
    call: Omit<AuditSource, 'actor'>,
  ) => recordAuditEvent(sql, 'insights', { source: { actor, ...call }, action, target, details: { ...details } })

  return {
    start: async (session, call) => {
      const { id, hash, clientId, actor, name, role, scopes, keyId, subject, providerSession, providerTokens } = session
      const details = { role, method: keyId === null ? 'oidc' : 'api_key' }
      await withQueryTimeout(sql`
        with started as (
          insert into sessions (id, hash, client_id, actor, name, role, scopes, key_id, subject, provider_session,
                                provider_tokens, idle_minutes, expires_at, ends_at)
          values (${id}, ${hash}, ${clientId}, ${actor}, ${name}, ${role}, ${[...scopes]}::text[], ${keyId}, ${subject},
                  ${providerSession}, ${providerTokens}, ${idleMinutes}::int,
                  now() + make_interval(mins => least(${idleMinutes}::int, ${maxHours}::int * 60)),
                  now() + make_interval(hours => ${maxHours}::int))
          returning id
        )
        select ${audit(AuditAction.SessionsStart, actor, `session:${id}`, details, call)} from started`)
    },
    find: async (hash) => {
      // by the view, which also knows whether an API key was revoked, and what it permits now
      const [record] = await withQueryTimeout(sql<SessionRecord[]>`
        select ${columns}, to_jsonb(live.scopes) as scopes
        from sessions join session_credentials live using (hash) where hash = ${hash}`)
      return record && toSession(record)
    },
    end: async ({ id, actor }, reason, call) => {
      await withQueryTimeout(sql`
        with ended as (delete from sessions where id = ${id} returning id)
        select ${audit(AuditAction.SessionsEnd, actor, `session:${id}`, { reason }, call)} from ended`)
    },
    recordRefusal: async (actor, reason, call) => {
      await withQueryTimeout(
        sql`select ${audit(AuditAction.SessionsRefused, actor, `sign-in:${randomUUID()}`, { reason }, call)}`,
      )
    },
    ofPerson: async ({ subject = null, providerSession = null }) => {
      const records = await withQueryTimeout(sql<SessionRecord[]>`
        select ${columns} from sessions
        where (${subject}::text is not null or ${providerSession}::text is not null)
          and (${subject}::text is null or subject = ${subject}::text)
          and (${providerSession}::text is null or provider_session = ${providerSession}::text)`)
      return records.map(toSession)
    },
    takeUnchecked: async (seconds, limit) => {
      // replicas take different sessions: a locked row is skipped, and one that was taken is no longer due
      const records = await withQueryTimeout(sql<SessionRecord[]>`
        update sessions set checked_at = now()
        where id in (
          select id from sessions
          where subject is not null and checked_at < now() - make_interval(secs => ${seconds}) and expires_at > now()
          order by checked_at limit ${limit} for update skip locked
        )
        returning ${columns}`)
      return records.map(toSession)
    },
    recordCheck: async (id, { name, role, scopes, providerTokens }) => {
      await withQueryTimeout(sql`
        update sessions
        set name = ${name}, role = ${role}, scopes = ${[...scopes]}::text[], provider_tokens = ${providerTokens}
        where id = ${id}`)
    },
    deleteExpired: async () => {
      await withQueryTimeout(sql`delete from sessions where expires_at < now()`)
    },
  }
}

function toSession(record: SessionRecord): Session {
  const { id, actor, name, role, scopes, subject, provider_tokens, expires_at, ends_at } = record
  return {
    id,
    actor,
    name,
    role,
    scopes,
    subject,
    providerTokens: provider_tokens,
    expiresAt: expires_at,
    endsAt: ends_at,
  }
}
