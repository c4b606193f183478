import { LimitName } from '../limits/measure-limits.ts'
import type { LatencySummary } from '../load/latency.ts'
import type { Throughput } from '../measure/throughput.ts'
import type { Named, Results } from '../results.ts'

/** A run as Markdown, which is read as it is on a terminal. */
export function toMarkdown(results: Results): string {
  const { machine: m } = results
  const parts = [
    `# Benchmark ${results.run}`,
    `${m.cpu}, ${m.cores} cores, ${m.memoryGiB} GiB; ${m.system}; Node ${m.node}, PostgreSQL ${m.postgres}, ` +
      `nats-server ${m.nats}; commit ${m.commit}. The load generator and all servers share the machine.`,
    section(
      'Layers alone',
      ['layer', 'per second'],
      results.limits.map((l) => [l.name, whole(l.perSecond)]),
    ),
    section(
      'Doors: leads accepted and triaged',
      THROUGHPUT_HEAD,
      results.doors.map((row) => throughputRow(row, results)),
    ),
    section(
      'CPU and memory per process',
      ['run', 'process', 'CPU s', 'CPU µs per lead', 'MiB'],
      costRows(results.doors),
    ),
    section(
      'Latency at a fixed rate of arrivals, in ms',
      ['per second', 'from request to', 'p50', 'p90', 'p99', 'p99.9', 'max', 'failed'],
      results.latency.flatMap(({ ratePerSecond, answer, insight, failures }) => [
        [whole(ratePerSecond), 'answer', ...latencyCells(answer), String(failures)],
        [whole(ratePerSecond), 'stored insight', ...latencyCells(insight), ''],
      ]),
    ),
    section(
      'Reads',
      ['', 'per second'],
      results.reads ? [['GET insight, 64 connections', whole(results.reads.perSecond)]] : [],
    ),
    section(
      'Triage workers',
      THROUGHPUT_HEAD,
      results.workers.map((row) => throughputRow(row, results)),
    ),
    section(
      'Leads stored before',
      THROUGHPUT_HEAD,
      results.stored.map((row) => throughputRow(row, results)),
    ),
    section(
      'Peers, REST, 64 connections',
      THROUGHPUT_HEAD,
      results.peers.map((row) => throughputRow(row, results)),
    ),
    ...results.notes,
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

const THROUGHPUT_HEAD = [
  '',
  'leads/s',
  'accepted/s',
  'triaged/s',
  'left s',
  'p50 ms',
  'p99 ms',
  'failed',
  'of the layer',
]

function throughputRow(row: Named<Throughput>, { limits }: Results): string[] {
  const limit = limits.find(({ name }) => name === layerOf(row.name))
  return [
    row.name,
    whole(row.leadsPerSecond),
    whole(row.acceptedPerSecond),
    whole(row.triagedPerSecond),
    row.drainSeconds.toFixed(1),
    row.answer.p50.toFixed(1),
    row.answer.p99.toFixed(1),
    String(row.failures),
    limit ? `${((row.leadsPerSecond / limit.perSecond) * 100).toFixed(0)} %` : '',
  ]
}

/** The layer that a row cannot beat. */
function layerOf(name: string): string {
  if (name.startsWith('gRPC')) return LimitName.Grpc
  if (name.startsWith('Connect')) return LimitName.Connect
  if (name.startsWith('batches') || name.startsWith('imports')) return LimitName.BatchedInserts
  return LimitName.FastifyZod
}

function costRows(rows: readonly Named<Throughput>[]): string[][] {
  return rows.flatMap(({ name, costs }) =>
    costs === undefined
      ? [[name, 'not measured on this system', '', '', '']]
      : costs.map(({ process, cpuSeconds, cpuMicrosecondsPerLead, memoryMiB }) => [
          name,
          process,
          cpuSeconds.toFixed(2),
          whole(cpuMicrosecondsPerLead),
          whole(memoryMiB),
        ]),
  )
}

function latencyCells({ p50, p90, p99, p999, max }: LatencySummary): string[] {
  return [p50, p90, p99, p999, max].map((ms) => ms.toFixed(1))
}

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const widths = head.map((cell, column) => Math.max(3, cell.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [`## ${title}`, '', line(head), rule, ...rows.map(line)].join('\n')
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}
