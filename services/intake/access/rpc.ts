import { create } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { dateOf } from '../../../contract/time.ts'
import type {
  AuditEvent as AuditEventMessage,
  Key as KeyMessage,
} from '../../../gen/leadtriage/access/v1/access_service_pb.ts'
import {
  AccessService,
  AuditEventSchema,
  CreateKeyResponseSchema,
  KeySchema,
  KeyKind as KindMessage,
  ListAuditEventsResponseSchema,
  ListKeysResponseSchema,
  RevokeKeyResponseSchema,
  RotateKeyResponseSchema,
  KeyState as StateMessage,
} from '../../../gen/leadtriage/access/v1/access_service_pb.ts'
import type { KeyKind } from '../../../lib/auth/api-key.ts'
import { auditSourceOf } from '../../../lib/server/audit-source.ts'
import type { RpcService } from '../../../lib/server/rpc.ts'
import { rpcService } from '../../../lib/server/rpc.ts'
import type { Access } from './access.ts'
import type { ApiKey } from './api-key.ts'
import { KeyState } from './api-key.ts'
import type { StoredAuditEvent } from './audit-event-store.ts'

/** Maps the messages of AccessService to and from {@link Access}. */
export function accessRpc(access: Access): RpcService {
  return rpcService(AccessService, {
    createKey: async (request, context) => {
      const { kind, name, clientId, scopes, origins, expiresAt } = request
      const { key, text } = await access.createKey(auditSourceOf(context), {
        kind: KIND_OF[kind] ?? kind, // validation rejects unknown numbers
        name,
        client_id: clientId,
        scopes,
        origins,
        expires_at: dateOf(expiresAt, 'expires_at'),
      })
      return create(CreateKeyResponseSchema, { key: toMessage(key), text })
    },
    listKeys: async ({ pageSize, pageToken }) => {
      const { keys, nextPageToken } = await access.listKeys({ page_size: pageSize, page_token: pageToken })
      return create(ListKeysResponseSchema, { keys: keys.map(toMessage), nextPageToken: nextPageToken ?? '' })
    },
    revokeKey: async ({ keyId }, context) =>
      create(RevokeKeyResponseSchema, { key: toMessage(await access.revokeKey(auditSourceOf(context), keyId)) }),
    rotateKey: async ({ keyId, overlapSeconds, expiresAt }, context) => {
      const { key, text, oldKey } = await access.rotateKey(auditSourceOf(context), {
        key_id: keyId,
        overlap_seconds: overlapSeconds,
        expires_at: dateOf(expiresAt, 'expires_at'),
      })
      return create(RotateKeyResponseSchema, { key: toMessage(key), text, oldKey: toMessage(oldKey) })
    },
    listAuditEvents: async ({ actor, action, after, before, pageSize, pageToken }) => {
      const { auditEvents, nextPageToken } = await access.listAuditEvents({
        actor: actor === '' ? undefined : actor,
        action: action === '' ? undefined : action,
        after: dateOf(after, 'after'),
        before: dateOf(before, 'before'),
        page_size: pageSize,
        page_token: pageToken,
      })
      return create(ListAuditEventsResponseSchema, {
        auditEvents: auditEvents.map(toEventMessage),
        nextPageToken: nextPageToken ?? '',
      })
    },
  })
}

const KINDS = {
  secret: KindMessage.SECRET,
  publishable: KindMessage.PUBLISHABLE,
} as const satisfies Record<KeyKind, KindMessage>

const KIND_OF: Readonly<Record<number, KeyKind>> = {
  [KindMessage.UNSPECIFIED]: 'secret',
  [KindMessage.SECRET]: 'secret',
  [KindMessage.PUBLISHABLE]: 'publishable',
}

const STATES = {
  [KeyState.Active]: StateMessage.ACTIVE,
  [KeyState.Expired]: StateMessage.EXPIRED,
  [KeyState.Revoked]: StateMessage.REVOKED,
} as const satisfies Record<KeyState, StateMessage>

function toMessage(key: ApiKey): KeyMessage {
  const message = create(KeySchema, {
    id: key.id,
    hint: key.hint,
    kind: KINDS[key.kind],
    name: key.name,
    clientId: key.clientId,
    scopes: [...key.scopes],
    origins: [...key.origins],
    state: STATES[key.state],
    createdAt: timestampFromDate(key.createdAt),
    createdBy: key.createdBy,
  })
  if (key.expiresAt !== null) message.expiresAt = timestampFromDate(key.expiresAt)
  if (key.revokedAt !== null) message.revokedAt = timestampFromDate(key.revokedAt)
  if (key.lastUsedAt !== null) message.lastUsedAt = timestampFromDate(key.lastUsedAt)
  return message
}

function toEventMessage(event: StoredAuditEvent): AuditEventMessage {
  const { service, actor, action, target, details, address, requestId } = event
  const message = create(AuditEventSchema, {
    id: BigInt(event.id),
    occurredAt: timestampFromDate(event.occurredAt),
    service,
    actor,
    action,
    target,
    details,
  })
  if (address !== null) message.address = address
  if (requestId !== null) message.requestId = requestId
  return message
}
