import type { ServiceName } from '../db/service-logins.ts'
import type { Scope } from '../lib/auth/scopes.ts'

/** The scope that each RPC method needs, in every protocol, by the service that serves it. */
export const RPC_METHODS: Readonly<Record<ServiceName, Readonly<Record<string, Scope>>>> = {
  intake: {
    'leadtriage.intake.v1.IntakeService/CreateLead': 'leads:write',
    'leadtriage.intake.v1.IntakeService/BatchCreateLeads': 'leads:write',
    'leadtriage.intake.v1.IntakeService/GetLead': 'leads:read',
    'leadtriage.intake.v1.IntakeService/RetriageLeads': 'triage:admin',
    'leadtriage.access.v1.AccessService/CreateKey': 'keys:admin',
    'leadtriage.access.v1.AccessService/ListKeys': 'keys:admin',
    'leadtriage.access.v1.AccessService/RevokeKey': 'keys:admin',
    'leadtriage.access.v1.AccessService/RotateKey': 'keys:admin',
    'leadtriage.access.v1.AccessService/ListAuditEvents': 'keys:admin',
    'leadtriage.intake.v1.IntakeService/DeleteLead': 'triage:admin',
    'leadtriage.intake.v1.IntakeService/EraseSubject': 'triage:admin',
  },
  triage: {
    'leadtriage.triage.v1.TriageService/GetQueue': 'triage:admin',
    'leadtriage.triage.v1.TriageService/ListDeadLetters': 'triage:admin',
    'leadtriage.triage.v1.TriageService/GetDeadLetter': 'triage:admin',
    'leadtriage.triage.v1.TriageService/RedriveDeadLetters': 'triage:admin',
  },
  insights: {
    'leadtriage.insights.v1.InsightsService/GetInsight': 'insights:read',
    'leadtriage.insights.v1.InsightsService/ListInsights': 'insights:read',
    'leadtriage.insights.v1.InsightsService/GetStats': 'insights:read',
    'leadtriage.insights.v1.InsightsService/ExportInsights': 'insights:read',
    'leadtriage.insights.v1.InsightsService/WatchInsights': 'insights:read',
    'leadtriage.insights.v1.InsightsService/CorrectInsight': 'insights:write',
    'leadtriage.insights.v1.InsightsService/ListCorrections': 'insights:read',
    'leadtriage.insights.v1.InsightsService/GetLeadOverview': 'insights:read',
  },
}

/** The scope that each REST route needs. */
export const ROUTES: Readonly<Record<ServiceName, Readonly<Record<string, Scope>>>> = {
  intake: {
    'POST /leads': 'leads:write',
    'POST /leads:import': 'leads:write',
    'GET /leads/{lead_id}': 'leads:read',
    'DELETE /leads/{lead_id}': 'triage:admin',
    'POST /leads:erase-subject': 'triage:admin',
    'POST /leads:retriage': 'triage:admin',
    'POST /keys': 'keys:admin',
    'GET /keys': 'keys:admin',
    'POST /keys/{key_id}:revoke': 'keys:admin',
    'POST /keys/{key_id}:rotate': 'keys:admin',
    'GET /audit-events': 'keys:admin',
  },
  triage: {
    'GET /queue': 'triage:admin',
    'GET /dead-letters': 'triage:admin',
    'GET /dead-letters/{lead_id}': 'triage:admin',
    'POST /dead-letters:redrive': 'triage:admin',
  },
  insights: {
    'GET /leads/{lead_id}/insight': 'insights:read',
    'GET /insights/stream': 'insights:read',
    'GET /insights': 'insights:read',
    'GET /stats': 'insights:read',
    'POST /leads/{lead_id}/corrections': 'insights:write',
    'GET /corrections': 'insights:read',
    'GET /insights:export': 'insights:read',
    'GET /leads/{lead_id}/overview': 'insights:read',
  },
}

/** Routes of intake whose credential is a publishable key in the path, and no other, sent by a page of its origins. */
export const FORM_ROUTES: readonly string[] = ['POST /forms/{publishable_key}']

/**
 * Routes that need no credential. `own pages`: a session may start and end by pages of the same origin only, so that a
 * page elsewhere cannot sign a person in or out.
 */
export const PUBLIC_ROUTES: Readonly<Record<ServiceName, Readonly<Record<string, 'anyone' | 'own pages'>>>> = {
  intake: {
    'GET /forms/thank-you': 'anyone',
  },
  triage: {},
  insights: {
    'GET /auth/session': 'anyone', // about the session of the cookie, if there is one
    'GET /auth/sign-in': 'anyone',
    'GET /auth/callback': 'anyone', // has the state of a sign-in that the same browser began
    'POST /auth/sign-in': 'own pages',
    'POST /auth/sign-out': 'own pages',
    'POST /auth/back-channel-logout': 'anyone', // has a token of the provider
  },
}

/** Paths of every service that need no credential. */
export const PUBLIC_PATHS = [
  '/healthz',
  '/readyz',
  '/metrics',
  '/openapi.json',
  '/docs',
  '/docs/json',
  '/docs/yaml',
  '/docs/static/index.html',
  '/docs/static/swagger-initializer.js',
  '/docs/static/*',
] as const
