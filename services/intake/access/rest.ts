import { z } from 'zod'
import { textField, timeField, uuidField } from '../../../contract/rest-fields.ts'
import { Scope } from '../../../lib/auth/scopes.ts'
import { ErrorCode } from '../../../lib/errors/app-error.ts'
import { invalidRequest } from '../../../lib/errors/parse.ts'
import { auditSourceOfRequest } from '../../../lib/server/audit-source.ts'
import type { RestApp } from '../../../lib/server/rest/handler.ts'
import { DETAILS } from '../../../lib/server/rest/openapi/route-details.ts'
import type { Access } from './access.ts'
import type { ApiKey } from './api-key.ts'
import { CLIENT_ID_PATTERN, KEY_LIMITS, KeyState } from './api-key.ts'
import type { StoredAuditEvent } from './audit-event-store.ts'
import { MAX_OVERLAP_SECONDS } from './rotate-key.ts'

/** The groups of operations in the OpenAPI document. */
export const accessTags = [
  { name: 'Keys', description: 'Create, list, revoke and rotate API keys.' },
  { name: 'Audit log', description: 'Who did what, when, and from where.' },
]

const KEY_ID = '0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a12'
const keyExample = {
  id: KEY_ID,
  hint: 'lt_sk_1a2b…',
  kind: 'secret',
  name: 'Website backend',
  client_id: 'website',
  scopes: ['leads:write', 'leads:read'],
  origins: [],
  state: 'active',
  created_at: '2026-01-31T12:00:00.000Z',
  created_by: 'key:0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a10',
  expires_at: null,
  revoked_at: null,
  last_used_at: null,
}
const newKeyExample = { name: 'Website backend', client_id: 'website', scopes: ['leads:write', 'leads:read'] }
const textExample = 'lt_sk_<48 hex digits>_<8 hex digits>'

const kindField = z.enum(['secret', 'publishable']).meta({
  id: 'KeyKind',
  description:
    '`secret`: for servers and programs; `publishable`: for web forms, where anyone can read it, so it may only store ' +
    'leads, and only from its origins.',
})
const scopeField = z.enum(Scope).meta({ id: 'Scope', description: 'What a key permits.' })
const nameField = textField(KEY_LIMITS.name).min(1)
const originField = z.string().max(KEY_LIMITS.originLength).meta({ format: 'uri', pattern: '^https?://[^/]+$' })
const keyIdParams = z.object({
  key_id: uuidField.meta({ description: 'ID of the key.', examples: [KEY_ID] }),
})

const keySchema = z
  .object({
    id: uuidField,
    hint: z.string().meta({ description: 'The first characters of the key, to tell it from others.' }),
    kind: kindField,
    name: z.string(),
    client_id: z.string().meta({ description: 'The owner of idempotency keys and limits.' }),
    scopes: z.array(scopeField),
    origins: z.array(z.string()).meta({ description: 'Of a publishable key: where its forms may be.' }),
    state: z.enum(KeyState).meta({ id: 'KeyState', description: 'Only an active key is accepted.' }),
    created_at: timeField,
    created_by: z.string().meta({ description: 'Who created it, as the actor of the audit log.' }),
    expires_at: timeField.nullable().meta({ description: 'Null when the key does not expire.' }),
    revoked_at: timeField.nullable(),
    last_used_at: timeField.nullable().meta({
      description: 'Null when the key was never used. Written with a delay of some seconds.',
    }),
  })
  .meta({ id: 'Key', description: 'An API key, without its text, which is not stored.', examples: [keyExample] })
const keyTextField = z.string().meta({ description: 'The text of the key, which cannot be read again.' })
const createdKeySchema = z
  .object({ key: keySchema, text: keyTextField })
  .meta({ id: 'CreatedKey', examples: [{ key: keyExample, text: textExample }] })
const rotatedKeySchema = z
  .object({
    key: keySchema.meta({ description: 'The new key.' }),
    text: keyTextField,
    old_key: keySchema.meta({ description: 'The old key, with its expiry.' }),
  })
  .meta({
    id: 'RotatedKey',
    examples: [{ key: keyExample, text: textExample, old_key: { ...keyExample, expires_at: keyExample.created_at } }],
  })
const nextPageToken = z.string().nullable().meta({ description: 'Token of the next page; null on the last page.' })
const keyPageSchema = z
  .object({ keys: z.array(keySchema), next_page_token: nextPageToken })
  .meta({ id: 'KeyPage', examples: [{ keys: [keyExample], next_page_token: null }] })

const eventExample = {
  id: 12,
  occurred_at: '2026-01-31T12:00:00.000Z',
  service: 'intake',
  actor: 'key:0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a10',
  action: 'keys.create',
  target: `key:${KEY_ID}`,
  details: {
    kind: 'secret',
    client_id: 'website',
    scopes: ['leads:write', 'leads:read'],
    origins: [],
    expires_at: null,
  },
  address: '203.0.113.7',
  request_id: '7c1f3c1e-5b0f-4a58-9f0c-0a4f0f6f8a11',
}
const auditEventSchema = z
  .object({
    id: z.int().min(1).meta({ description: 'Increases with time.' }),
    occurred_at: timeField,
    service: z.string().meta({ description: 'The service that recorded it, or `cli` or `migrate`.' }),
    actor: z.string().meta({
      description:
        'Who acted: `key:<id>`, `jwt:<subject>`, `user:<id>`, `cli`, `migrate`, or `anonymous` while authentication ' +
        'is off.',
    }),
    action: z.string().meta({ description: 'For example `keys.create`.' }),
    target: z.string().meta({ description: 'What was acted on, for example `key:<id>`.' }),
    details: z.record(z.string(), z.unknown()).meta({ description: 'Depends on the action.' }),
    address: z.string().nullable().meta({ description: 'The address that the call came from.' }),
    request_id: z.string().nullable().meta({ description: 'The id of the call, as in the logs.' }),
  })
  .meta({
    id: 'AuditEvent',
    description: 'An administrative act. It contains no personal data.',
    examples: [eventExample],
  })
const auditEventPageSchema = z
  .object({ audit_events: z.array(auditEventSchema), next_page_token: nextPageToken })
  .meta({ id: 'AuditEventPage', examples: [{ audit_events: [eventExample], next_page_token: null }] })

/*
 * Request fields as the OpenAPI document describes them. The use cases validate them, for every protocol, so that one
 * response lists all violations.
 */
const expiresField = timeField.optional().meta({
  description: 'Must be in the future, by the clock of the database. Without it the key does not expire.',
})
const newKeySchema = z
  .strictObject({
    kind: kindField.optional().meta({ description: '`secret` by default.' }),
    name: nameField.meta({ description: 'What the key is for, without control characters.' }),
    client_id: z.string().meta({
      description: 'The owner of idempotency keys and limits. `anonymous` is reserved.',
      pattern: CLIENT_ID_PATTERN,
    }),
    scopes: z.array(scopeField).max(100).optional().meta({
      description: 'Required for a secret key. A publishable key has `leads:write`, which may be omitted.',
    }),
    origins: z.array(originField).max(KEY_LIMITS.origins).optional().meta({
      description: 'Required for a publishable key, and not allowed for a secret one.',
    }),
    expires_at: expiresField,
  })
  .meta({ id: 'NewKey', description: 'A key to be created.', examples: [newKeyExample] })
const rotationSchema = z
  .strictObject({
    overlap_seconds: z.int().min(0).max(MAX_OVERLAP_SECONDS).optional().meta({
      description: 'How long the old key remains valid; one day by default. Does not extend its expiry.',
    }),
    expires_at: expiresField.meta({
      description:
        'When the new key expires. Without it the key does not expire; the expiry of the old one is not copied.',
    }),
  })
  .meta({ id: 'Rotation', examples: [{ overlap_seconds: 86_400 }] })
const pagingFields = {
  page_size: z
    .int()
    .min(0)
    .optional()
    .meta({
      description: 'Maximum number of items per page. 0 means the default, 50; values above 500 mean 500.',
      examples: [50],
    }),
  page_token: z.string().optional().meta({
    description: 'The `next_page_token` of the previous page. The filter must not change between pages.',
  }),
}
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
