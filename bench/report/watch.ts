import type { WatchRow } from '../reads/measure-watch.ts'
import { section, whole } from './markdown-table.ts'

/** What watchers received, and what it cost. */
export function watchTable(row: WatchRow | undefined): string {
  if (row === undefined) return ''
  const { delivered, latency } = row
  const cells = [
    ...[row.watchers, row.leadsPerSecond, row.receivedPerSecond].map(whole),
    ...[latency.p50, latency.p99, latency.p999, latency.max].map(whole),
    ...[delivered.expected, delivered.missing, delivered.doubled + delivered.unexpected, row.failedWatchers].map(whole),
  ]
  const head = ['watchers', 'leads/s', 'received/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'max ms']
  const remark =
    'Of the watchers, a third look at P0 and P1, a third at one intent, a third at one source, and 1 % at everything; ' +
    'half over server-sent events, a quarter each over Connect and gRPC. Times from the begin of the transaction that ' +
    'stored an insight to its receipt by the process of all watchers. Every watcher is compared with what is stored.'
  const costs = (row.costs ?? []).map(({ process, cores, memoryMiB: [before, after] }) => [
    process,
    cores.toFixed(2),
    whole(before),
    whole(after),
  ])
  return [
    section(
      'Watchers',
      [...head, 'to receive', 'missing', 'doubled or wrong', 'ended streams'],
      [cells],
      row.firstFailure === undefined ? remark : `${remark} The first failure: ${row.firstFailure}`,
    ),
    section('Watchers: costs by process', ['process', 'cores', 'MiB before', 'MiB after'], costs),
  ].join('\n\n')
}
