import type { AuditSource } from '../../../lib/auth/audit-event.ts'
import type { ApiKey, CreatedKey } from './api-key.ts'
import type { AuditEventStore } from './audit-event-store.ts'
import { createKey } from './create-key.ts'
import type { KeyStore } from './key-store.ts'
import type { AuditEventPage } from './list-audit-events.ts'
import { listAuditEvents } from './list-audit-events.ts'
import type { KeyPage } from './list-keys.ts'
import { listKeys } from './list-keys.ts'
import { revokeKey } from './revoke-key.ts'
import type { RotatedKey } from './rotate-key.ts'
import { rotateKey } from './rotate-key.ts'

/** The management of keys and the audit log, as the protocol handlers call it. The file of each use case documents its errors. */
export interface Access {
  createKey(source: AuditSource, input: unknown): Promise<CreatedKey>
  listKeys(input: unknown): Promise<KeyPage>
  revokeKey(source: AuditSource, keyId: unknown): Promise<ApiKey>
  rotateKey(source: AuditSource, input: unknown): Promise<RotatedKey>
  listAuditEvents(input: unknown): Promise<AuditEventPage>
}

export function createAccess({ keys, auditEvents }: { keys: KeyStore; auditEvents: AuditEventStore }): Access {
  return {
    createKey: (source, input) => createKey(keys, source, input),
    listKeys: (input) => listKeys(keys, input),
    revokeKey: (source, keyId) => revokeKey(keys, source, keyId),
    rotateKey: (source, input) => rotateKey(keys, source, input),
    listAuditEvents: (input) => listAuditEvents(auditEvents, input),
  }
}
