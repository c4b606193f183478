import { answerCommands } from '../../load/child.ts'
import type { LatencySummary } from '../../load/latency.ts'
import { createLatencyRecorder } from '../../load/latency.ts'
import { createConnections } from './connections.ts'
import type { StoredInsight, WatcherPlan } from './mix.ts'
import { planWatchers } from './mix.ts'

/*
 * The process of all watchers, started by measure-watch.ts and controlled over IPC. A watcher keeps the number of each
 * lead whose insight it has received, and when.
 */

export type WatchersCommand =
  | { readonly kind: 'open'; readonly url: string; readonly count: number }
  | { readonly kind: 'count' }
  | {
      readonly kind: 'compare'
      readonly stored: readonly StoredInsight[]
      /** Only insights stored in this time count for the latency, in ms since 1970. */
      readonly from: number
      readonly until: number
    }

export interface WatchersReply {
  /** Watchers that have received `synchronized`. */
  readonly live: number
  /** Insights received by all watchers. */
  readonly received: number
  /** Watchers whose stream has ended, and why that of the first has. */
  readonly failed: number
  readonly firstFailure: string | undefined
  readonly comparison?: Comparison
}

/** What the watchers received, compared with what is stored. */
export interface Comparison {
  readonly expected: number
  readonly missing: number
  readonly doubled: number
  /** Received, though it does not match the filter. */
  readonly unexpected: number
  /** From the begin of the transaction that stored an insight to its receipt. */
  readonly latency: LatencySummary
  /** Insights that were stored in the measured time, received by all watchers. */
  readonly measured: number
}

interface Watcher {
  readonly plan: WatcherPlan
  readonly leads: number[]
  readonly times: number[]
}

const numbers = new Map<string, number>()
const watchers: Watcher[] = []
let live = 0
let received = 0
const failed = new Set<Watcher>()
let firstFailure: string | undefined

function numberOf(leadId: string): number {
  const known = numbers.get(leadId)
  if (known !== undefined) return known
  numbers.set(leadId, numbers.size)
  return numbers.size - 1
}

function open(url: string, count: number): void {
  const connections = createConnections(url)
  for (const plan of planWatchers(count)) {
    const watcher: Watcher = { plan, leads: [], times: [] }
    watchers.push(watcher)
    connections[plan.protocol](plan.filter, {
      insight: (leadId) => {
        received += 1
        watcher.leads.push(numberOf(leadId))
        watcher.times.push(Date.now())
      },
      synchronized: () => {
        live += 1
      },
      failed: (reason) => {
        failed.add(watcher)
        firstFailure ??= `${plan.protocol}: ${reason}`
      },
    })
  }
}

function compare({ stored, from, until }: Extract<WatchersCommand, { kind: 'compare' }>): Comparison {
  const latency = createLatencyRecorder()
  let [expected, missing, doubled, unexpected, measured] = [0, 0, 0, 0, 0]
  for (const { plan, leads, times } of watchers) {
    const receivedAt = new Map(leads.map((lead, place) => [lead, times[place] ?? 0]))
    doubled += leads.length - receivedAt.size
    const matching = stored.filter(plan.filter.matches)
    expected += matching.length
    let found = 0
    for (const { id, storedAt } of matching) {
      const at = receivedAt.get(numbers.get(id) ?? -1)
      if (at === undefined) continue
      found += 1
      if (storedAt < from || storedAt >= until) continue
      measured += 1
      latency.record(at - storedAt)
    }
    missing += matching.length - found
    unexpected += receivedAt.size - found
  }
  return { expected, missing, doubled, unexpected, measured, latency: latency.summary() }
}

answerCommands<WatchersCommand, WatchersReply>(async (command) => {
  if (command.kind === 'open') open(command.url, command.count)
  const comparison = command.kind === 'compare' ? { comparison: compare(command) } : {}
  return { live, received, failed: failed.size, firstFailure, ...comparison }
})
