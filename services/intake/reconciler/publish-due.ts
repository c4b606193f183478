import { randomUUID } from 'node:crypto'
import { isAlreadyQueued } from '../../../lib/jetstream/acknowledged-publisher.ts'
import type { JetStreamNames } from '../../../lib/jetstream/names.ts'
import type { OutgoingMessage } from '../../../lib/jetstream/reply-inbox.ts'
import { childTraceparent } from '../../../lib/telemetry/trace-context.ts'
import { leadReceivedMessage } from '../lead-events.ts'
import type { DueLead } from './take-due.ts'

/** Maximum number of messages and bytes without acknowledgement, which are kept in memory. */
const WINDOW_MESSAGES = 250
const WINDOW_BYTES = 8 * 1024 * 1024

export interface Published {
  /** The leads that are in the stream. */
  readonly leads: readonly DueLead[]
  /** The last error of the others; undefined when all leads are in the stream. */
  readonly failure: unknown
}

/**
 * Publishes leads in windows and waits for the acknowledgements of each. Stops after a window without any: then the
 * stream is unreachable or full, and the rest would fail too.
 *
 * @param publish resolves when the stream has acknowledged the message
 */
export async function publishDue(
  due: readonly DueLead[],
  names: JetStreamNames,
  publish: (message: OutgoingMessage) => Promise<void>,
): Promise<Published> {
  const leads: DueLead[] = []
  let failure: unknown
  const send = async (lead: DueLead, message: OutgoingMessage) => {
    try {
      await publish(message)
    } catch (error) {
      if (!isAlreadyQueued(error)) {
        failure = error
        return
      }
    }
    leads.push(lead)
  }

  for (let next = 0; next < due.length; ) {
    const before = leads.length
    const window: Promise<void>[] = []
    for (let bytes = 0; window.length < WINDOW_MESSAGES && bytes < WINDOW_BYTES; next += 1) {
      const lead = due[next]
      if (lead === undefined) break
      const message = leadReceivedMessage(names, lead, `reconciler.${randomUUID()}`, childTraceparent(undefined))
      bytes += message.payload.length
      window.push(send(lead, message))
    }
    await Promise.all(window)
    if (leads.length === before) break
  }
  return { leads, failure }
}
