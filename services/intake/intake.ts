import type { AuditSource } from '../../lib/auth/audit-event.ts'
import type { ClientLimit } from '../../lib/limits/create-limits.ts'
import type { BatchOutcome } from './batch-create-leads.ts'
import { batchCreateLeads } from './batch-create-leads.ts'
import type { IntakeBatchers } from './batchers.ts'
import type { Caller } from './caller.ts'
import type { CreatedLead } from './create-lead.ts'
import { createLead } from './create-lead.ts'
import { deleteLead } from './erasure/delete-lead.ts'
import { eraseSubject } from './erasure/erase-subject.ts'
import type { ErasureStore } from './erasure/erasure-store.ts'
import { getLead } from './get-lead.ts'
import type { ImportedList, ImportRequest } from './import/import-leads.ts'
import { importLeads } from './import/import-leads.ts'
import { createRetryingStore } from './import/retrying-store.ts'
import { waitForLeads } from './import/wait-for-leads.ts'
import type { LeadEvents } from './lead-events.ts'
import type { LeadRow } from './lead-store.ts'
import type { RetriageDependencies } from './retriage-leads.ts'
import { retriageLeads } from './retriage-leads.ts'

/** The operations of intake, as the protocol handlers call them. The file of each use case documents its errors. */
export interface Intake {
  createLead(caller: Caller, input: unknown): Promise<CreatedLead>
  batchCreateLeads(caller: Caller, inputs: readonly unknown[]): Promise<BatchOutcome[]>
  importLeads(caller: Caller, request: ImportRequest): AsyncGenerator<ImportedList, void>
  getLead(leadId: unknown): ReturnType<typeof getLead>
  retriageLeads(source: AuditSource, input: unknown, signal: AbortSignal): Promise<number>
  deleteLead(source: AuditSource, leadId: unknown): Promise<void>
  eraseSubject(source: AuditSource, input: unknown, signal: AbortSignal): Promise<number>
}

interface IntakeParts extends IntakeBatchers {
  readonly events: LeadEvents
  readonly retriage: RetriageDependencies
  readonly erasures: ErasureStore
  /** Limits the leads that a client stores, however many a call has. */
  readonly admitLeads: ClientLimit
}

export function createIntake(parts: IntakeParts): Intake {
  const { leadReads, groupCommit, listCommit, events, retriage, erasures, admitLeads } = parts
  const retryingStore = createRetryingStore((rows) => listCommit.submit(rows))
  return {
    createLead: (caller, input) => {
      const store = (row: LeadRow) => {
        const waiting = admitLeads(caller.clientId, 1)
        return waiting === undefined ? groupCommit.submit(row) : waiting.then(() => groupCommit.submit(row))
      }
      return createLead({ store, events }, caller, input)
    },
    batchCreateLeads: (caller, inputs) => {
      const storeAll = async (rows: readonly LeadRow[]) => {
        await admitLeads(caller.clientId, rows.length)
        return listCommit.submit(rows)
      }
      return batchCreateLeads({ storeAll, events }, caller, inputs)
    },
    importLeads: (caller, request) => {
      const { signal } = request
      const storeAll = async (rows: readonly LeadRow[]) => {
        await waitForLeads(admitLeads, caller.clientId, rows.length, signal)
        return retryingStore.storeAll(rows, signal)
      }
      const storeList = (inputs: readonly unknown[]) => batchCreateLeads({ storeAll, events }, caller, inputs)
      return importLeads({ storeList }, request)
    },
    getLead: (leadId) => getLead({ find: leadReads.submit }, leadId),
    retriageLeads: (source, input, signal) => retriageLeads(retriage, source, input, signal),
    deleteLead: (source, leadId) => deleteLead(erasures, source, leadId),
    eraseSubject: (source, input, signal) => eraseSubject(erasures, source, input, signal),
  }
}
