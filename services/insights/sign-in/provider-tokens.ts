import type { ProviderTokens } from './openid-provider.ts'
import type { Sealer } from './sealer.ts'
import type { Session } from './session-store.ts'

/** Encrypts the provider's tokens for the row of a session; in another row they cannot be opened. */
export function sealTokens(sealer: Sealer, tokens: ProviderTokens, sessionId: string): Buffer {
  return sealer.seal(JSON.stringify(tokens), contextOf(sessionId))
}

/** Returns undefined for a session without tokens, and when SESSION_SECRET has changed since they were stored. */
export function openTokens(
  sealer: Sealer,
  { id, providerTokens }: Pick<Session, 'id' | 'providerTokens'>,
): ProviderTokens | undefined {
  const text = providerTokens === null ? undefined : sealer.open(providerTokens, contextOf(id))
  return text === undefined ? undefined : (JSON.parse(text) as ProviderTokens) // sealed by sealTokens
}

function contextOf(sessionId: string): string {
  return `session ${sessionId}`
}
