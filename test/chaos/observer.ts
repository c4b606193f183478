import { setTimeout as sleep } from 'node:timers/promises'
import type { SequenceInfo } from '@nats-io/jetstream'
import { jetstreamManager } from '@nats-io/jetstream'
import { waitUntil } from '../../embedded/wait-until.ts'
import type { Stack } from './stack.ts'

/**
 * Metrics of the services and the stream during a run. Best effort: counts since the last poll are lost when a process
 * dies.
 */
export interface Observations {
  /** Number of events that the reconcilers published. */
  readonly republished: number
  /** Number of redeliveries, summed over the consumers. */
  readonly redelivered: number
  /** Number of consumers there were in succession. */
  readonly consumers: number
}

export interface Observer {
  /** Polls one last time. */
  stop(): Promise<Observations>
}

const INTERVAL_MS = 1_000
const METRIC = /^leadtriage_reconciler_published_total(?:\{[^}]*\})? (\S+)$/gm

/** Polls the metrics of every intake and the consumer once a second, and keeps the latest values of each. */
export function observe(stack: Stack): Observer {
  const republishedBy = new Map<string, number>()
  const redeliveredOf = new Map<string, number>()
  const stopping = new AbortController()

  const pollMetrics = async (url: string) => {
    const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(1_000) })
    const values = [...(await response.text()).matchAll(METRIC)].map(([, value]) => Number(value))
    republishedBy.set(
      url,
      values.reduce((sum, value) => sum + value, 0),
    )
  }
  const pollConsumer = async () => {
    const manager = await jetstreamManager(stack.nats, { checkAPI: false, timeout: 1_000 })
    const { leadsStream, triageConsumer } = stack.names
    const { created, delivered } = await manager.consumers.info(leadsStream, triageConsumer)
    const { config } = await manager.streams.info(leadsStream)
    redeliveredOf.set(created, redeliveries(delivered, config.first_seq))
  }
  const poll = () =>
    Promise.allSettled([...stack.intakes.map(({ service }) => pollMetrics(service.url)), pollConsumer()])

  const watching = (async () => {
    while (!stopping.signal.aborted) {
      await poll()
      await sleep(INTERVAL_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  })()
  return {
    stop: async () => {
      stopping.abort()
      await watching
      await poll()
      const redelivered = sumOf(redeliveredOf)
      return { republished: sumOf(republishedBy), redelivered, consumers: redeliveredOf.size }
    },
  }
}

/**
 * The number of redeliveries: each delivery has a consumer sequence, each message only one stream sequence.
 *
 * @param firstSequence of the stream when it was created; 0 and undefined mean 1
 * @returns also 0 for a consumer that was created after earlier messages had been removed, since it did not count those
 */
export function redeliveries(delivered: SequenceInfo, firstSequence: number | undefined): number {
  const messages = delivered.stream_seq - (firstSequence || 1) + 1
  return Math.max(0, delivered.consumer_seq - messages)
}

function sumOf(values: ReadonlyMap<string, number>): number {
  return [...values.values()].reduce((sum, value) => sum + value, 0)
}

const EMPTY_WITHIN_MS = 45_000

/**
 * Waits until the stream is empty; resolves to the number of messages left after {@link EMPTY_WITHIN_MS}. A message of a
 * settled lead may still be redelivered, but one that a worker never releases takes a place that other leads need.
 */
export async function untilStreamEmpty({ nats, names }: Stack, signal: AbortSignal): Promise<number> {
  const manager = await jetstreamManager(nats, { checkAPI: false, timeout: 2_000 })
  let left = Number.NaN
  const isEmpty = async () => {
    const info = await manager.streams.info(names.leadsStream).catch(() => undefined)
    left = info?.state.messages ?? left
    return left === 0 || undefined
  }
  await waitUntil(isEmpty, { timeoutMs: EMPTY_WITHIN_MS, intervalMs: 300, signal })
  return left
}
