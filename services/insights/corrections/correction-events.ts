import { create, toBinary } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { toVerdictMessage } from '../../../contract/insight-message.ts'
import type { Correction } from '../../../domain/correction.ts'
import { InsightCorrectedSchema } from '../../../gen/leadtriage/events/v1/insight_corrected_pb.ts'
import { createAcknowledgedPublisher } from '../../../lib/jetstream/acknowledged-publisher.ts'
import type { Nats } from '../../../lib/jetstream/connect.ts'
import type { JetStreamNames } from '../../../lib/jetstream/names.ts'
import type { Log } from '../../../lib/log/log.ts'
import { createThrottledLog } from '../../../lib/log/throttled-log.ts'
import { childTraceparent } from '../../../lib/telemetry/trace-context.ts'
import type { CorrectionStore } from './correction-store.ts'

/*
 * Publishes corrections, each at least once. Invariants:
 *  1. A correction is published after its commit, and marked as published after the stream has acknowledged its event.
 *  2. Any process publishes what is not marked for ten seconds. So an event is lost neither when a process dies nor when
 *     NATS is down. The message id is that of the correction, so that the stream drops a repeated event within its
 *     duplicate window.
 */
export interface CorrectionEvents {
  /** Publishes a correction that was just stored. Never waits and never fails: {@link publishMissed} is next. */
  publish(correction: Correction, traceparent: string): void
  /**
   * Publishes what the stream has not acknowledged. Resolves to whether more may follow.
   * @throws Error if an event was not published, after trying the others; AppError `unavailable`
   */
  publishMissed(): Promise<boolean>
  /** Waits for the acknowledgements of what was published, at most as long as the publisher. */
  drain(): Promise<void>
}

const BATCH_SIZE = 100

export function createCorrectionEvents(options: {
  nats: Nats
  names: JetStreamNames
  store: Pick<CorrectionStore, 'findUnpublished' | 'markPublished'>
  log: Log
}): CorrectionEvents {
  const { nats, names, store, log } = options
  const publisher = createAcknowledgedPublisher(nats)
  const logMissed = createThrottledLog(log, 'warn', 'cannot publish a correction; retrying in ten seconds')
  const publishing = new Set<Promise<void>>()

  const send = async (correction: Correction, traceparent: string) => {
    await publisher.publish({
      subject: names.insightCorrected(correction.leadId),
      payload: toBinary(InsightCorrectedSchema, toEvent(correction)),
      messageId: correction.id,
      traceparent,
    })
    await store.markPublished(correction.id) // 1
  }

  return {
    publish: (correction, traceparent) => {
      if (nats.up() === undefined) return // 2
      const sending = send(correction, childTraceparent(traceparent))
        .catch((err: unknown) => logMissed({ err, correctionId: correction.id }))
        .finally(() => publishing.delete(sending))
      publishing.add(sending)
    },
    publishMissed: async () => {
      if (nats.up() === undefined) return false
      const missed = await store.findUnpublished(BATCH_SIZE)
      const results = await Promise.allSettled(
        missed.map((correction) => send(correction, childTraceparent(undefined))),
      )
      const failed = results.find((result) => result.status === 'rejected')
      if (failed !== undefined) throw failed.reason
      return missed.length === BATCH_SIZE
    },
    drain: async () => {
      await Promise.all(publishing)
    },
  }
}

/** Without the comment, which is personal data: what is in the stream is not erased at once. */
function toEvent({ id, leadId, verdict, analyzerVerdict, generation, actor, createdAt }: Correction) {
  return create(InsightCorrectedSchema, {
    correctionId: id,
    leadId,
    verdict: toVerdictMessage(verdict),
    analyzerVerdict: toVerdictMessage(analyzerVerdict),
    generation,
    actor,
    createdAt: timestampFromDate(createdAt),
  })
}
