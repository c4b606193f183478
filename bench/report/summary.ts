import type { ProcessCost, Throughput } from '../measure/throughput.ts'
import type { Results, ThroughputRow } from '../results.ts'
import { whole } from './markdown-table.ts'

/** The generated sections of docs/performance.md. */
const SECTIONS = [
  { name: 'the latest run', write: summarize },
  { name: 'what a lead costs in the latest run', write: extrapolate },
] as const
const USUAL = 'REST, 64 connections'

/** Replaces the generated sections of a page. @throws Error when the page lacks the markers of a section */
export function withSummary(page: string, results: Results): string {
  return SECTIONS.reduce((text, { name, write }) => withSection(text, name, write(results)), page)
}

function withSection(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: written by npm run bench -->`, `<!-- end of ${name} -->`]
  const [before, rest] = page.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`the page lacks the section ${begin} … ${end}`)
  return `${before}${begin}\n\n${text}\n\n${end}${after}`
}

/** The main figures of a run and their targets. */
function summarize({ run, machine, protocols, latency, stored, peers }: Results): string {
  const rate = (protocol: string) => best(protocols.filter(({ name }) => name.startsWith(protocol)))
  const bestPeer = peers.toSorted((a, b) => b.leadsPerSecond - a.leadsPerSecond)[0]
  const usual = protocols.find(({ name }) => name === USUAL)
  const [empty, full] = [stored.at(0), stored.at(-1)]
  const at1000 = latency.find(({ ratePerSecond }) => ratePerSecond === 1_000)
  const rows = [
    ['leads accepted and triaged per second, REST', '6,500', whole(rate('REST'))],
    ['the same, gRPC', '5,500', whole(rate('gRPC'))],
    ['the same, batches of 100', '15,000', whole(rate('batches'))],
    ['p99 from request to stored insight at 1,000 leads per second', '30 ms', `${at1000?.insight.p99.toFixed(0)} ms`],
    [`rate divided by that of the best peer (${bestPeer?.name})`, '5', ratio(usual, bestPeer).toFixed(1)],
    [
      `rate with ${full?.name} leads stored, divided by that of an empty database`,
      '0.90',
      ratio(full, empty).toFixed(2),
    ],
  ]
  const { cpu, cores, node, postgres, nats, commit } = machine
  return [
    `Run ${run}, commit ${commit}: ${cpu}, ${cores} cores shared by all processes, Node ${node}, PostgreSQL ${postgres}, nats-server ${nats}.`,
    '',
    ...table(['figure', 'target', 'this run'], rows),
  ].join('\n')
}

/** The cores that each part needs at higher rates, if a lead costs the same there as in this run. */
function extrapolate({ protocols }: Results): string {
  const usual = protocols.find(({ name }) => name === USUAL)
  const microseconds = (process: string) => costOf(usual?.costs, process)
  const parts = {
    intake: microseconds('intake'),
    triage: microseconds('triage 1'),
    PostgreSQL: microseconds('postgres'),
    'nats-server': microseconds('nats-server'),
  }
  const all = Object.values(parts).reduce((sum, part) => sum + part, 0)
  const cores = (leadsPerSecond: number) =>
    Object.values(parts).map((part) => whole(Math.ceil((leadsPerSecond * part) / 1e6)))
  const walMegabytes = (leadsPerSecond: number) => whole((leadsPerSecond * (usual?.walBytesPerLead ?? 0)) / 1e6)
  const rows = [
    [whole(5_000), ...cores(5_000), `a triage worker is one thread: ${whole(1e6 / parts.triage)} leads per second`],
    [whole(20_000), ...cores(20_000), 'one stream'],
    [whole(50_000), ...cores(50_000), `the WAL of one primary, ${walMegabytes(50_000)} MB per second`],
    [whole(200_000), ...cores(200_000), 'the network'],
  ]
  const each = Object.entries(parts).map(([part, cost]) => `${part} ${whole(cost)} µs`)
  return [
    `CPU per lead over REST, 64 connections: ${each.join(', ')}. Total: ${whole(all)} µs, or ` +
      `${whole(1e6 / all)} leads per second and core at full load.`,
    '',
    ...table(['leads per second', ...Object.keys(parts).map((part) => `${part}, cores`), 'next limit'], rows),
  ].join('\n')
}

function costOf(costs: readonly ProcessCost[] | undefined, name: string): number {
  return costs?.find(({ process }) => process === name)?.cpuMicrosecondsPerLead ?? Number.NaN
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
}

function best(rows: readonly ThroughputRow[]): number {
  return Math.max(...rows.map(({ leadsPerSecond }) => leadsPerSecond))
}

function ratio(one: Throughput | undefined, other: Throughput | undefined): number {
  return (one?.leadsPerSecond ?? Number.NaN) / (other?.leadsPerSecond ?? Number.NaN)
}
