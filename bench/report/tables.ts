import type { LatencySummary } from '../load/latency.ts'
import type { Results, ThroughputRow } from '../results.ts'
import { costsTable, statementsTable } from './costs.ts'
import { latenciesOfLayers, ratesOfLayers } from './layers.ts'
import { section, whole } from './markdown-table.ts'
import { watchTable } from './watch.ts'

/** Formats a run as Markdown that is also readable in a terminal. */
export function toMarkdown(results: Results): string {
  const parts = [
    `# Benchmark ${results.run}`,
    ...introduction(results),
    ...speeds(results),
    ratesOfLayers(results),
    latenciesOfLayers(results),
    ...costs(results),
    ...results.notes,
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function introduction({ machine: m, sent }: Results): string[] {
  return [
    `${m.cpu}, ${m.cores} cores, ${m.memoryGiB} GiB; ${m.system}; Node ${m.node}, PostgreSQL ${m.postgres}, ` +
      `nats-server ${m.nats}; commit ${m.commit}. The load generator and all servers share the machine.`,
    `Input of the product and the peers: ${whole(sent.notes)} different notes in turn, with ` +
      `${whole(sent.charactersPerNote)} characters and ${whole(sent.wordsPerNote)} words on average, and ` +
      `${whole(sent.spellings)} different words.`,
  ]
}

function speeds(results: Results): string[] {
  const {
    limits,
    protocols,
    latency,
    reads,
    lists = [],
    overviews = [],
    stats = [],
    watch,
    workers,
    stored,
    peers,
  } = results
  return [
    section(
      'Layers alone',
      ['layer', 'per second', 'at a fixed rate: p50 / p99 ms'],
      limits.map(({ name, perSecond, latencies }) => [
        ...[name, whole(perSecond)],
        latencies
          .map(({ ratePerSecond, answer }) => `${whole(ratePerSecond)}/s: ${ms(answer.p50)} / ${ms(answer.p99)}`)
          .join('; '),
      ]),
    ),
    throughputTable(
      'Protocols: leads accepted and triaged',
      protocols,
      'All protocols use the same processes and database, in this order, so stored rows and memory accumulate.',
    ),
    section(
      'Latency at a fixed arrival rate, in ms',
      ['per second', 'from request to', 'p50', 'p90', 'p99', 'p99.9', 'max', 'failed'],
      latency.flatMap(({ ratePerSecond, answer, insight, failures }) => [
        [whole(ratePerSecond), 'answer', ...latencyCells(answer), String(failures)],
        [whole(ratePerSecond), 'stored insight', ...latencyCells(insight), ''],
      ]),
    ),
    section(
      'Reads',
      ['', 'per second', 'p50 ms', 'p99 ms', 'failed'],
      reads
        ? [
            [
              ...['GET insight, 64 connections', whole(reads.perSecond)],
              ...[ms(reads.answer.p50), ms(reads.answer.p99), String(reads.failures)],
            ],
          ]
        : [],
    ),
    section(
      'Lists: one page of 50 of GET /insights',
      ['leads', 'filter', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms', 'short pages'],
      lists.map(({ leads, name, answer, p95, shortPages }) => [
        ...[whole(leads), name, ms(answer.p50), ms(p95), ms(answer.p99), ms(answer.max), String(shortPages)],
      ]),
      'One call after the other, each with other values and orders.',
    ),
    section(
      'Overviews: GET /leads/{id}/overview',
      ['leads', 'of', 'at once', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms'],
      overviews.map(({ leads, name, atOnce, p50, p95, p99, max }) => [
        ...[whole(leads), name, String(atOnce)],
        ...[p50, p95, p99, max].map(ms),
      ]),
      'In a closed loop, each of a random lead of 5,000.',
    ),
    section(
      'Statistics: GET /stats',
      ['leads', 'of', 'p50 ms', 'p95 ms', 'max ms', 'failed'],
      stats.map(({ leads, name, p50, p95, max, failed }) => [
        ...[whole(leads), name],
        ...[p50, p95, max].map(ms),
        String(failed),
      ]),
      'One call after the other, when all hours are rolled up. Failed calls returned 503.',
    ),
    watchTable(watch),
    throughputTable('Triage workers', workers),
    throughputTable('Leads already stored', stored),
    throughputTable('Peers, REST, 64 connections', peers),
  ]
}

function costs({ protocols, workers, stored, peers }: Results): string[] {
  return [
    costsTable(
      'Costs by process: protocols',
      protocols,
      'Memory is measured at the end of each row and accumulates from row to row.',
    ),
    costsTable('Costs by process: triage workers', workers),
    costsTable('Costs by process: leads already stored', stored),
    costsTable('Costs by process: peers', peers),
    statementsTable(protocols),
  ]
}

function throughputTable(title: string, rows: readonly ThroughputRow[], remark?: string): string {
  const head = ['', 'leads/s', 'accepted/s', 'triaged/s', 'drain s', 'p50 ms', 'p99 ms', 'failed', 'WAL bytes per lead']
  return section(title, head, rows.map(throughputCells), remark)
}

function throughputCells(row: ThroughputRow): string[] {
  return [
    row.name,
    whole(row.leadsPerSecond),
    whole(row.acceptedPerSecond),
    whole(row.triagedPerSecond),
    row.drainSeconds.toFixed(1),
    ms(row.answer.p50),
    ms(row.answer.p99),
    String(row.failures),
    whole(row.walBytesPerLead),
  ]
}

function latencyCells({ p50, p90, p99, p999, max }: LatencySummary): string[] {
  return [p50, p90, p99, p999, max].map(ms)
}

function ms(value: number): string {
  return value.toFixed(1)
}
