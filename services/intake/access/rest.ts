import { z } from 'zod'
import { timeField } from '../../../contract/rest-fields.ts'
import { Scope } from '../../../lib/auth/scopes.ts'
import { ErrorCode } from '../../../lib/errors/app-error.ts'
import { invalidRequest } from '../../../lib/errors/parse.ts'
import { auditSourceOfRequest } from '../../../lib/server/audit-source.ts'
import type { RestApp } from '../../../lib/server/rest/handler.ts'
import { DETAILS } from '../../../lib/server/rest/openapi/route-details.ts'
import type { Access } from './access.ts'
import type { ApiKey } from './api-key.ts'
import type { StoredAuditEvent } from './audit-event-store.ts'
import {
  auditEventPageSchema,
  type auditEventSchema,
  createdKeySchema,
  keyIdParams,
  keyPageSchema,
  keySchema,
  newKeySchema,
  pagingFields,
  rotatedKeySchema,
  rotationSchema,
} from './rest-fields.ts'

/** The groups of operations in the OpenAPI document. */
export const accessTags = [
  { name: 'Keys', description: 'Create, list, revoke and rotate API keys.' },
  { name: 'Audit log', description: 'Who did what, when, and from where.' },
]

const validatedByUseCase = { validatorCompiler: () => (value: unknown) => ({ value }) }

export function registerAccessRest(app: RestApp, access: Access): void {
  app.post(
    '/keys',
    {
      config: { scope: Scope.KeysAdmin },
      schema: {
        operationId: 'createKey',
        tags: ['Keys'],
        summary: 'Create an API key',
        description:
          'The response is the only one that has the text of the key. If the response is lost, revoke the key, which ' +
          '`GET /keys` returns, and create another.',
        body: newKeySchema,
        response: { 201: createdKeySchema.describe('The key is created.') },
      },
      ...validatedByUseCase,
    },
    async (request, reply) => {
      const { key, text } = await access.createKey(auditSourceOfRequest(request), request.body)
      return reply.code(201).send({ key: toBody(key), text })
    },
  )

  app.get(
    '/keys',
    {
      config: { scope: Scope.KeysAdmin },
      schema: {
        operationId: 'listKeys',
        tags: ['Keys'],
        summary: 'List API keys, newest first, also revoked and expired ones',
        querystring: z.object(pagingFields),
        response: { 200: keyPageSchema.describe('A page of the list.') },
      },
      ...validatedByUseCase,
    },
    async ({ query }) => {
      const { keys, nextPageToken: next } = await access.listKeys(withPageSize(query))
      return { keys: keys.map(toBody), next_page_token: next ?? null }
    },
  )

  app.post(
    '/keys/:key_id([^:/]+)::revoke', // `::` is an escaped colon
    {
      config: { scope: Scope.KeysAdmin },
      schema: {
        operationId: 'revokeKey',
        tags: ['Keys'],
        summary: 'Revoke an API key for good',
        description: 'Every service refuses the key within five seconds. Revoking it again changes nothing.',
        params: keyIdParams,
        response: { 200: keySchema.describe('The key is revoked.') },
        [DETAILS]: { problems: [ErrorCode.KeyNotFound] },
      },
    },
    async (request) => toBody(await access.revokeKey(auditSourceOfRequest(request), request.params.key_id)),
  )

  app.post(
    '/keys/:key_id([^:/]+)::rotate',
    {
      config: { scope: Scope.KeysAdmin },
      schema: {
        operationId: 'rotateKey',
        tags: ['Keys'],
        summary: 'Replace an API key by a new one',
        description:
          'Creates a key with the kind, name, client, scopes and origins of the old one, which expires after an ' +
          'overlap. The key must be active. If the response is lost, rotate the old key again, and revoke the new key ' +
          'that `GET /keys` returns besides.',
        params: keyIdParams,
        body: rotationSchema,
        response: { 200: rotatedKeySchema.describe('The new key is created, and the old one expires.') },
        [DETAILS]: { problems: [ErrorCode.KeyNotFound] },
      },
      ...validatedByUseCase,
    },
    async (request) => {
      const input = withKeyId(request.body, request.params.key_id)
      const { key, text, oldKey } = await access.rotateKey(auditSourceOfRequest(request), input)
      return { key: toBody(key), text, old_key: toBody(oldKey) }
    },
  )

  app.get(
    '/audit-events',
    {
      config: { scope: Scope.KeysAdmin },
      schema: {
        operationId: 'listAuditEvents',
        tags: ['Audit log'],
        summary: 'List administrative acts, newest first',
        querystring: z.object({
          actor: z.string().max(200).optional().meta({ description: 'Only events of this actor.' }),
          action: z.string().max(200).optional().meta({ description: 'Only events with this action.' }),
          after: timeField.optional().meta({ description: 'The event occurred at or after this time.' }),
          before: timeField.optional().meta({ description: 'The event occurred before this time.' }),
          ...pagingFields,
        }),
        response: { 200: auditEventPageSchema.describe('A page of the audit log.') },
      },
      ...validatedByUseCase,
    },
    async ({ query }) => {
      const { auditEvents, nextPageToken: next } = await access.listAuditEvents(withPageSize(query))
      return { audit_events: auditEvents.map(toEventBody), next_page_token: next ?? null }
    },
  )
}

/** Query parameters are strings, see {@link validatedByUseCase}. */
function withPageSize(query: { page_size?: unknown }) {
  return { ...query, page_size: query.page_size === undefined ? undefined : Number(query.page_size) }
}

/** Adds the id of the path to a body; rotateKey rejects a body that is not an object. */
function withKeyId(body: unknown, keyId: string): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  if ('key_id' in body) throw invalidRequest([{ path: 'key_id', message: 'is not a field of this request' }])
  return { ...body, key_id: keyId }
}

function toBody(key: ApiKey): z.infer<typeof keySchema> {
  return {
    id: key.id,
    hint: key.hint,
    kind: key.kind,
    name: key.name,
    client_id: key.clientId,
    scopes: [...key.scopes],
    origins: [...key.origins],
    state: key.state,
    created_at: key.createdAt.toISOString(),
    created_by: key.createdBy,
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
  }
}

function toEventBody(event: StoredAuditEvent): z.infer<typeof auditEventSchema> {
  const { id, service, actor, action, target, details, address, requestId } = event
  const occurredAt = event.occurredAt.toISOString()
  return { id, occurred_at: occurredAt, service, actor, action, target, details, address, request_id: requestId }
}
