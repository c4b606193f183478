import { z } from 'zod'
import { textField, timeField, uuidField } from '../../../contract/rest-fields.ts'
import { Scope } from '../../../lib/auth/scopes.ts'
import { CLIENT_ID_PATTERN, KEY_LIMITS, KeyState } from './api-key.ts'
import { MAX_OVERLAP_SECONDS } from './rotate-key.ts'

/* Keys and audit events in requests and responses, as the OpenAPI document describes them. */

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
export const keyIdParams = z.object({
  key_id: uuidField.meta({ description: 'ID of the key.', examples: [KEY_ID] }),
})

export const keySchema = z
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
export const createdKeySchema = z
  .object({ key: keySchema, text: keyTextField })
  .meta({ id: 'CreatedKey', examples: [{ key: keyExample, text: textExample }] })
export const rotatedKeySchema = z
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
export const keyPageSchema = z
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
export const auditEventSchema = z
  .object({
    id: z.int().min(1).meta({ description: 'Increases with time.' }),
    occurred_at: timeField,
    service: z.string().meta({ description: 'The service that recorded it, or `cli` or `migrate`.' }),
    actor: z.string().meta({
      description:
        'Who acted: `key:<id>`, `jwt:<subject>`, `user:<id>`, `cli`, `migrate`, `retention` (by ' +
        '`LEAD_RETENTION_DAYS`), or `anonymous` while authentication is off.',
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
export const auditEventPageSchema = z
  .object({ audit_events: z.array(auditEventSchema), next_page_token: nextPageToken })
  .meta({ id: 'AuditEventPage', examples: [{ audit_events: [eventExample], next_page_token: null }] })

/*
 * Request fields as the OpenAPI document describes them. The use cases validate them, for every protocol, so that one
 * response lists all violations.
 */
const expiresField = timeField.optional().meta({
  description: 'Must be in the future, by the clock of the database. Without it the key does not expire.',
})
export const newKeySchema = z
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
export const rotationSchema = z
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
export const pagingFields = {
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
