import type { Client } from '@connectrpc/connect'
import type { InsightsService, WatchInsightsResponse } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { isRetryable, LeadtriageError, toLeadtriageError } from './errors.ts'
import { filterMessage, type InsightFilter, type LeadInsight, toLeadInsight } from './insight.ts'
import { retryDelayMs, sleep } from './retry.ts'

/*
 * Invariants:
 *  1. A connection continues with the token of the last response that was received. The service sends each change once
 *     after a token, so nothing is missed and nothing is delivered twice.
 *  2. The leads of includeOpen have no token: a connection that breaks within them starts again. Those that were
 *     delivered and are unchanged are left out then.
 *  3. A connection that is silent for three heartbeats is dead. The time is measured only while the caller waits.
 *  4. Every connection ends with the loop: by its signal, by `break`, or by an error.
 */

export interface WatchOptions {
  /** Ends the loop, without an error. */
  readonly signal?: AbortSignal | undefined
  /** Continues after the event that had this token. The filter must be the same. */
  readonly resumeToken?: string | undefined
  /** Starts with the open leads that match now, most urgent first, at most 1,000. Ignored with a `resumeToken`. */
  readonly includeOpen?: boolean | undefined
}

export type WatchEvent =
  /** An insight that was stored, replaced or corrected, or is part of what `includeOpen` asks for. */
  | ({ readonly type: 'insight'; readonly resumeToken?: string | undefined } & LeadInsight)
  /** Everything that was committed before has been delivered. What follows is live. Comes after each connection. */
  | {
      readonly type: 'synchronized'
      /** Whether more open leads may match than `includeOpen` delivered. */
      readonly openLeadsTruncated: boolean
      readonly resumeToken: string
    }
  /** The connection broke, or the service ended it. The next one is made in `retryInMs`, without a gap. */
  | { readonly type: 'reconnecting'; readonly error: LeadtriageError; readonly retryInMs: number }

export interface WatchSettings {
  readonly headers: () => Promise<Record<string, string>>
  /** How many attempts at the first connection may fail. Later ones are repeated for ever. */
  readonly retries: number
  /** How long a connection may be silent; the service sends a heartbeat every 15 s. Default: 45 s. */
  readonly idleTimeoutMs?: number
}

export async function* watchInsights(
  service: Client<typeof InsightsService>,
  { headers, retries, idleTimeoutMs = 45_000 }: WatchSettings,
  filter: InsightFilter = {},
  { signal, resumeToken = '', includeOpen = false }: WatchOptions = {},
): AsyncGenerator<WatchEvent, void, undefined> {
  const request = { filter: filterMessage(filter), includeOpen }
  const delivered = createDeliveredLeads()
  let token = resumeToken
  let hasConnected = false
  for (let failures = 0; signal?.aborted !== true; ) {
    const connection = new AbortController()
    const abort = () => connection.abort(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    let error: LeadtriageError
    try {
      const call = { headers: await headers(), signal: connection.signal, timeoutMs: 0 } // 0: no deadline
      const responses = service.watchInsights({ ...request, resumeToken: token }, call)[Symbol.asyncIterator]()
      error = ENDED
      for (;;) {
        const { value: response } = await withinMs(idleTimeoutMs, responses.next())
        if (response === undefined) break
        hasConnected = true
        failures = 0
        if (response.resumeToken !== '') token = response.resumeToken // 1
        const event = toEvent(response)
        if (event === 'lagging') error = LAGGING
        else if (event !== undefined && delivered.isNew(event)) yield event
        if (signal?.aborted) return
      }
    } catch (thrown) {
      if (signal?.aborted) return
      error = toLeadtriageError(thrown)
    } finally {
      signal?.removeEventListener('abort', abort)
      connection.abort() // 4
    }
    if (!isRetryable(error) || (!hasConnected && failures >= retries)) throw error
    const retryInMs = retryDelayMs(failures, error.retryAfterMs)
    failures++
    yield { type: 'reconnecting', error, retryInMs }
    await sleep(retryInMs, signal).catch(() => undefined)
  }
}

const ENDED = new LeadtriageError('connection_failed', 'The service ended the watch.')
const LAGGING = new LeadtriageError('overloaded', 'The watch was ended because its events were read too slowly.')

function toEvent({ event, resumeToken }: WatchInsightsResponse): WatchEvent | 'lagging' | undefined {
  switch (event.case) {
    case 'insight':
      return { type: 'insight', ...toLeadInsight(event.value), resumeToken: resumeToken || undefined }
    case 'synchronized':
      return { type: 'synchronized', openLeadsTruncated: event.value.openLeadsTruncated, resumeToken }
    case 'lagging':
      return 'lagging'
    default:
      return undefined // a heartbeat, or an event of a newer service
  }
}

/** Invariant 2: remembers the leads that were delivered without a token, until the first event that has one. */
function createDeliveredLeads() {
  const states = new Map<string, string>()
  return {
    isNew: (event: WatchEvent): boolean => {
      if (event.type !== 'insight' || event.resumeToken !== undefined) {
        states.clear()
        return true
      }
      const { generation, stage, updatedAt, correctedAt } = event.insight ?? {}
      const state = JSON.stringify([generation, stage, updatedAt, correctedAt])
      const isNew = states.get(event.lead.id) !== state
      states.set(event.lead.id, state)
      return isNew
    },
  }
}

/** Invariant 3. */
async function withinMs<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LeadtriageError('connection_failed', `No response for ${ms} ms.`)), ms)
  })
  try {
    return await Promise.race([promise, expired])
  } finally {
    clearTimeout(timer)
  }
}
