import { create, toBinary } from '@bufbuild/protobuf'
import { toInsightMessage } from '../../contract/insight-message.ts'
import type { Insight } from '../../domain/insight.ts'
import { InsightReadySchema } from '../../gen/leadtriage/events/v1/insight_ready_pb.ts'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import { createAcknowledgedPublisher, isRefusal } from '../../lib/jetstream/acknowledged-publisher.ts'
import type { Nats } from '../../lib/jetstream/connect.ts'
import type { JetStreamNames } from '../../lib/jetstream/names.ts'
import type { Log } from '../../lib/log/log.ts'
import { createThrottledLog } from '../../lib/log/throttled-log.ts'

/** Publishes stored insights. */
export interface InsightEvents {
  /**
   * Resolves when the stream has acknowledged or rejected the event. A rejection is only logged, since the insight is
   * stored and a full event stream must not block triage.
   * @throws AppError `unavailable` when NATS is unreachable
   */
  publish(insight: Insight, traceparent: string): Promise<void>
}

export function createInsightEvents(options: {
  nats: Nats
  names: JetStreamNames
  /** Declares the streams, which may have been deleted. */
  ensureStreams: () => Promise<void>
  log: Log
}): InsightEvents {
  const { nats, names, ensureStreams, log } = options
  const publisher = createAcknowledgedPublisher(nats)
  const logRefusal = createThrottledLog(log, 'error', 'the stream rejected the event of an insight')
  const logMissing = createThrottledLog(log, 'warn', 'cannot declare the streams')
  let declaring: Promise<void> | undefined

  /** Concurrent calls share one declaration. Never rejects. */
  const declareStreams = () => {
    declaring ??= ensureStreams()
      .catch((err: unknown) => logMissing({ err }))
      .finally(() => {
        declaring = undefined
      })
    return declaring
  }

  return {
    publish: async (insight, traceparent) => {
      const event = create(InsightReadySchema, { insight: toInsightMessage(insight) })
      try {
        await publisher.publish({
          subject: names.insightReady(insight.leadId),
          payload: toBinary(InsightReadySchema, event),
          messageId: `${insight.id}.${insight.generation}.${insight.stage}`,
          traceparent,
        })
      } catch (cause) {
        if (isRefusal(cause)) return logRefusal({ err: cause, leadId: insight.leadId })
        await declareStreams()
        throw new AppError(ErrorCode.Unavailable, 'Publishing the event of the insight failed.', { cause })
      }
    },
  }
}
