import { create } from '@bufbuild/protobuf'
import { durationFromMs, timestampFromDate } from '@bufbuild/protobuf/wkt'
import { dateOf } from '../../contract/time.ts'
import type {
  DeadLetter as DeadLetterMessage,
  ListDeadLettersRequest,
  RedriveDeadLettersRequest,
} from '../../gen/leadtriage/triage/v1/triage_service_pb.ts'
import {
  DeadLetterSchema,
  GetDeadLetterResponseSchema,
  GetQueueResponseSchema,
  ListDeadLettersResponseSchema,
  DeadLetterReason as ReasonMessage,
  RedriveDeadLettersResponseSchema,
  DeadLetterState as StateMessage,
  TriageService,
} from '../../gen/leadtriage/triage/v1/triage_service_pb.ts'
import { auditSourceOf } from '../../lib/server/audit-source.ts'
import type { RpcService } from '../../lib/server/rpc.ts'
import { rpcService } from '../../lib/server/rpc.ts'
import type { DeadLetter } from './dead-letter.ts'
import { DeadLetterReason, DeadLetterState } from './dead-letter.ts'
import type { Queue } from './get-queue.ts'
import type { Triage } from './triage.ts'

/** Maps the messages of TriageService to and from {@link Triage}. */
export function triageRpc(triage: Triage): RpcService {
  return rpcService(TriageService, {
    getQueue: async () => toQueueMessage(await triage.getQueue()),
    listDeadLetters: async (request) => {
      const { deadLetters, nextPageToken } = await triage.listDeadLetters({
        ...toFilter(request),
        page_size: request.pageSize,
        page_token: request.pageToken,
      })
      return create(ListDeadLettersResponseSchema, {
        deadLetters: deadLetters.map(toMessage),
        nextPageToken: nextPageToken ?? '',
      })
    },
    getDeadLetter: async ({ leadId }) =>
      create(GetDeadLetterResponseSchema, { deadLetter: toMessage(await triage.getDeadLetter(leadId)) }),
    redriveDeadLetters: async (request, context) => {
      const { leadIds, all, dryRun } = request
      const input = { ...toFilter(request), lead_ids: leadIds, all, dry_run: dryRun }
      const leads = await triage.redriveDeadLetters(auditSourceOf(context), input, context.signal)
      return create(RedriveDeadLettersResponseSchema, { leads: BigInt(leads) })
    },
  })
}

function toQueueMessage({ pending, inFlight, deadLetters, parked, deferred, oldestAgeMs }: Queue) {
  const response = create(GetQueueResponseSchema, {
    pending: BigInt(pending),
    inFlight: BigInt(inFlight),
    deadLetters: BigInt(deadLetters),
    parked: BigInt(parked),
    deferred: BigInt(deferred),
  })
  if (oldestAgeMs !== undefined) response.oldestAge = durationFromMs(oldestAgeMs)
  return response
}

const REASONS = {
  [DeadLetterReason.Failed]: ReasonMessage.FAILED,
  [DeadLetterReason.DeliveryLimit]: ReasonMessage.DELIVERY_LIMIT,
  [DeadLetterReason.Parked]: ReasonMessage.PARKED,
} as const satisfies Record<DeadLetterReason, ReasonMessage>

const STATES = {
  [DeadLetterState.Dead]: StateMessage.DEAD,
  [DeadLetterState.Parked]: StateMessage.PARKED,
  [DeadLetterState.All]: StateMessage.ALL,
} as const satisfies Record<DeadLetterState, StateMessage>

function toFilter({ reason, state, failedAfter, failedBefore }: ListDeadLettersRequest | RedriveDeadLettersRequest) {
  return {
    reason: enumValueOf(REASONS, reason),
    state: enumValueOf(STATES, state),
    failed_after: dateOf(failedAfter, 'failed_after'),
    failed_before: dateOf(failedBefore, 'failed_before'),
  }
}

/**
 * The value for a protobuf enum number: undefined for UNSPECIFIED; an unknown number itself, for validation to reject.
 */
function enumValueOf(numbers: Readonly<Record<string, number>>, given: number): string | number | undefined {
  if (given === 0) return undefined
  return Object.keys(numbers).find((value) => numbers[value] === given) ?? given
}

function toMessage(letter: DeadLetter): DeadLetterMessage {
  const message = create(DeadLetterSchema, {
    leadId: letter.leadId,
    generation: letter.generation,
    reason: REASONS[letter.reason],
    error: letter.error,
    attempts: letter.attempts,
    firstFailedAt: timestampFromDate(letter.firstFailedAt),
    lastFailedAt: timestampFromDate(letter.lastFailedAt),
  })
  if (letter.retryAt !== null) message.retryAt = timestampFromDate(letter.retryAt)
  return message
}
