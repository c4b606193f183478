import { create } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { fromIntentMessage } from '../../contract/insight-message.ts'
import { dateOf } from '../../contract/time.ts'
import type { Lead } from '../../domain/lead.ts'
import type {
  CreateLeadRequest,
  Lead as LeadMessage,
  RetriageLeadsRequest,
} from '../../gen/leadtriage/intake/v1/intake_service_pb.ts'
import {
  BatchCreateLeadsOutcome,
  BatchCreateLeadsResponseSchema,
  BatchCreateLeadsResultSchema,
  CreateLeadResponseSchema,
  DeleteLeadResponseSchema,
  EraseSubjectResponseSchema,
  GetLeadResponseSchema,
  IntakeService,
  LeadSchema,
  RetriageLeadsResponseSchema,
} from '../../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { invalidRequest } from '../../lib/errors/parse.ts'
import { auditSourceOf } from '../../lib/server/audit-source.ts'
import type { CallContext, RpcService } from '../../lib/server/rpc.ts'
import { rpcService } from '../../lib/server/rpc.ts'
import type { BatchOutcome } from './batch-create-leads.ts'
import { callerOf } from './caller.ts'
import { parseIdempotencyKey } from './idempotency-key.ts'
import type { Intake } from './intake.ts'

/** Maps the messages of IntakeService to and from {@link Intake}. */
export function intakeRpc(intake: Intake): RpcService {
  return rpcService(IntakeService, {
    createLead: async (request, context) => {
      const idempotencyKey = agreedKey(request.idempotencyKey, context)
      const { lead, replayed } = await intake.createLead(callerOf(context), toInput(request, idempotencyKey))
      return create(CreateLeadResponseSchema, { lead: toLeadMessage(lead), replayed })
    },
    getLead: async (request) =>
      create(GetLeadResponseSchema, { lead: toLeadMessage(await intake.getLead(request.leadId)) }),
    batchCreateLeads: async (request, context) => {
      const inputs = request.requests.map((item) => toInput(item, item.idempotencyKey))
      const outcomes = await intake.batchCreateLeads(callerOf(context), inputs)
      return create(BatchCreateLeadsResponseSchema, { results: outcomes.map(toResult) })
    },
    retriageLeads: async (request, context) => {
      const leads = await intake.retriageLeads(auditSourceOf(context), toRetriageInput(request), context.signal)
      return create(RetriageLeadsResponseSchema, { leads: BigInt(leads) })
    },
    deleteLead: async (request, context) => {
      await intake.deleteLead(auditSourceOf(context), request.leadId)
      return create(DeleteLeadResponseSchema)
    },
    eraseSubject: async ({ email, phone, dryRun }, context) => {
      const input = { email: email || undefined, phone: phone || undefined, dry_run: dryRun }
      const leads = await intake.eraseSubject(auditSourceOf(context), input, context.signal)
      return create(EraseSubjectResponseSchema, { leads: BigInt(leads) })
    },
  })
}

/** Takes the key from the request or from the header; if both are present, they must be equal. */
function agreedKey(inRequest: string, context: CallContext): string {
  const inHeader = parseIdempotencyKey(context.header('idempotency-key'))
  if (inHeader === undefined || inRequest === '') return inHeader ?? inRequest
  if (inHeader.toLowerCase() === inRequest.toLowerCase()) return inRequest
  const message = 'must equal the header Idempotency-Key if both are sent'
  throw invalidRequest([{ path: 'idempotency_key', message }])
}

function toInput({ lead }: CreateLeadRequest, idempotencyKey: string) {
  if (lead === undefined) return { idempotency_key: idempotencyKey }
  const { email, phone, name, note, source } = lead
  return { idempotency_key: idempotencyKey, lead: { email, phone, name, note, source } }
}

function toRetriageInput(request: RetriageLeadsRequest) {
  const { leadIds, analyzer, intents, createdAfter, createdBefore, all, dryRun } = request
  return {
    lead_ids: leadIds,
    analyzer: analyzer === '' ? undefined : analyzer,
    intents: intents.map((intent) => fromIntentMessage(intent) ?? intent), // validation rejects unknown numbers
    created_after: dateOf(createdAfter, 'created_after'),
    created_before: dateOf(createdBefore, 'created_before'),
    all,
    dry_run: dryRun,
  }
}

function toLeadMessage(lead: Lead): LeadMessage {
  const message = create(LeadSchema, { id: lead.id, note: lead.note, createdAt: timestampFromDate(lead.createdAt) })
  if (lead.email !== null) message.email = lead.email
  if (lead.phone !== null) message.phone = lead.phone
  if (lead.name !== null) message.name = lead.name
  if (lead.source !== null) message.source = lead.source
  return message
}

const OUTCOMES = {
  created: BatchCreateLeadsOutcome.CREATED,
  replayed: BatchCreateLeadsOutcome.REPLAYED,
  conflict: BatchCreateLeadsOutcome.CONFLICT,
  erased: BatchCreateLeadsOutcome.ERASED,
  invalid: BatchCreateLeadsOutcome.INVALID,
} as const satisfies Record<BatchOutcome['kind'], BatchCreateLeadsOutcome>

function toResult(item: BatchOutcome) {
  const outcome = OUTCOMES[item.kind]
  return 'lead' in item
    ? create(BatchCreateLeadsResultSchema, { outcome, lead: toLeadMessage(item.lead) })
    : create(BatchCreateLeadsResultSchema, { outcome, violations: [...item.violations] })
}
