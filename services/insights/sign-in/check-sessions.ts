import { setTimeout as sleep } from 'node:timers/promises'
import { ROLE_SCOPES } from '../../../lib/auth/scopes.ts'
import type { Log } from '../../../lib/log/log.ts'
import { createThrottledLog } from '../../../lib/log/throttled-log.ts'
import { openTokens, sealTokens } from './provider-tokens.ts'
import type { Session, SessionEnd, SessionStore } from './session-store.ts'
import type { OpenId } from './sign-out.ts'

/*
 * Asks the provider about the person of every live session, so that a session ends when the person is disabled or loses
 * their role. Invariants:
 *  1. The provider is asked about a session at most once in CHECK_AFTER_SECONDS, by one replica. No transaction is open
 *     meanwhile.
 *  2. Only a refusal of the person ends a session. While the provider is away, sessions last until their own end.
 */

const CHECK_AFTER_SECONDS = 4 * 60
const INTERVAL_MS = 5_000
const MAX_AT_ONCE = 20
/** The provider ended the session, not a call. */
const NO_CALL = { address: null, requestId: null }

export interface SessionChecks {
  /** Stops after the checks in flight. Safe to call twice. */
  stop(): Promise<void>
}

/** Checks sessions every few seconds, and deletes expired ones. */
export function runSessionChecks(store: SessionStore, openId: OpenId | undefined, log: Log): SessionChecks {
  const stopping = new AbortController()
  const failed = createThrottledLog(log, 'warn', 'could not check the sessions of people; trying again')
  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        await store.deleteExpired()
        if (openId !== undefined) await checkSessions(store, openId, failed)
      } catch (error) {
        failed({ err: error })
      }
      await sleep(INTERVAL_MS * (0.75 + Math.random() / 2), undefined, { signal: stopping.signal }).catch(
        () => undefined,
      )
    }
  }
  const running = run()
  return {
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

async function checkSessions(store: SessionStore, openId: OpenId, failed: (fields: object) => void): Promise<void> {
  const sessions = await store.takeUnchecked(CHECK_AFTER_SECONDS, MAX_AT_ONCE) // 1
  await Promise.all(
    sessions.map(
      (session) =>
        checkSession(store, openId, session).catch((error: unknown) => failed({ err: error, session: session.id })), // 2
    ),
  )
}

async function checkSession(store: SessionStore, { provider, sealer }: OpenId, session: Session): Promise<void> {
  const end = (reason: SessionEnd) => store.end(session, reason, NO_CALL)
  const tokens = openTokens(sealer, session)
  // with another SESSION_SECRET the provider cannot be asked
  if (tokens === undefined || session.subject === null) return end('provider_refused')
  const known = await provider.askAgain(session.subject, tokens)
  if (known === undefined) return end('provider_refused')
  const { person, saysRole } = known
  if (saysRole && person.role === undefined) return end('no_role')
  const role = saysRole ? (person.role ?? null) : session.role
  const scopes = saysRole && person.role !== undefined ? ROLE_SCOPES[person.role] : session.scopes
  const providerTokens = sealTokens(sealer, known.tokens, session.id)
  return store.recordCheck(session.id, { name: person.name ?? session.name, role, scopes, providerTokens })
}
