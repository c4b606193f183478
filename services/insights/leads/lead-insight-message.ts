import { create } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { toInsightMessage } from '../../../contract/insight-message.ts'
import type { Lead } from '../../../domain/lead.ts'
import type {
  LeadDetails,
  LeadInsight as LeadInsightMessage,
} from '../../../gen/leadtriage/insights/v1/lead_insight_pb.ts'
import { LeadDetailsSchema, LeadInsightSchema } from '../../../gen/leadtriage/insights/v1/lead_insight_pb.ts'
import { STATES } from './insight-filter-message.ts'
import type { LeadInsight } from './lead-insight.ts'

export function toLeadInsightMessage(row: LeadInsight): LeadInsightMessage {
  return create(LeadInsightSchema, {
    lead: toLeadDetails(row.lead),
    client: row.clientId,
    state: STATES[row.state],
    ...(row.insight && { insight: toInsightMessage(row.insight) }),
    deadLetterReason: row.deadLetterReason ?? '',
  })
}

function toLeadDetails({ id, note, createdAt, email, phone, name, source }: Lead): LeadDetails {
  const message = create(LeadDetailsSchema, { id, note, createdAt: timestampFromDate(createdAt) })
  if (email !== null) message.email = email
  if (phone !== null) message.phone = phone
  if (name !== null) message.name = name
  if (source !== null) message.source = source
  return message
}
