/** What a credential permits. Every method and route requires one scope, or is public. */
export const Scope = {
  LeadsWrite: 'leads:write',
  LeadsRead: 'leads:read',
  InsightsRead: 'insights:read',
  InsightsWrite: 'insights:write',
  TriageAdmin: 'triage:admin',
  KeysAdmin: 'keys:admin',
} as const
export type Scope = (typeof Scope)[keyof typeof Scope]

export const ALL_SCOPES: readonly Scope[] = Object.values(Scope)

export function isScope(text: string): text is Scope {
  return (ALL_SCOPES as readonly string[]).includes(text)
}

/** Roles of people who sign in, each with the scopes it grants. */
export const ROLE_SCOPES = {
  viewer: [Scope.LeadsRead, Scope.InsightsRead],
  agent: [Scope.LeadsRead, Scope.LeadsWrite, Scope.InsightsRead, Scope.InsightsWrite],
  admin: ALL_SCOPES,
} as const satisfies Record<string, readonly Scope[]>
export type Role = keyof typeof ROLE_SCOPES
