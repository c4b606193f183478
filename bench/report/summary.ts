import type { ProcessCost, Throughput } from '../measure/throughput.ts'
import type { Results, ThroughputRow } from '../results.ts'
import { whole } from './markdown-table.ts'

/** The places that a page has for a run, and what goes there. */
const PLACES = [
  { name: 'the latest run', write: summarize },
  { name: 'what a lead costs in the latest run', write: extrapolate },
] as const
const USUAL = 'REST, 64 connections'

/** Puts what a run says where a page has its places for it. @throws Error when the page lacks one */
export function withSummary(page: string, results: Results): string {
  return PLACES.reduce((text, { name, write }) => inPlace(text, name, write(results)), page)
}

function inPlace(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: written by npm run bench -->`, `<!-- end of ${name} -->`]
  const [before, rest] = page.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`the page has no place between ${begin} and ${end}`)
  return `${before}${begin}\n\n${text}\n\n${end}${after}`
}

/** What a run says about each aim, in a few lines of Markdown. */
function summarize({ run, machine, protocols, latency, stored, peers }: Results): string {
  const rate = (protocol: string) => best(protocols.filter(({ name }) => name.startsWith(protocol)))
  const bestPeer = peers.toSorted((a, b) => b.leadsPerSecond - a.leadsPerSecond)[0]
  const usual = protocols.find(({ name }) => name === USUAL)
  const [empty, full] = [stored.at(0), stored.at(-1)]
  const at1000 = latency.find(({ ratePerSecond }) => ratePerSecond === 1_000)
  const rows = [
    ['REST, leads accepted and triaged a second', '6,500', whole(rate('REST'))],
    ['gRPC', '5,500', whole(rate('gRPC'))],
    ['batches of 100', '15,000', whole(rate('batches'))],
    ['p99 from request to stored insight at 1,000 a second', '30 ms', `${at1000?.insight.p99.toFixed(0)} ms`],
    [`times the best peer of the run (${bestPeer?.name})`, '5', ratio(usual, bestPeer).toFixed(1)],
    [`${full?.name} leads stored, part of the rate with none`, '0.90', ratio(full, empty).toFixed(2)],
  ]
  const { cpu, cores, node, postgres, nats, commit } = machine
  return [
    `Run ${run}, commit ${commit}: ${cpu}, ${cores} cores for everything, Node ${node}, PostgreSQL ${postgres}, nats-server ${nats}.`,
    '',
    ...table(['figure', 'aim', 'this run'], rows),
  ].join('\n')
}

/** So many cores each part needs at higher rates, if a lead costs there what it cost in this run. */
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
  const log = (leadsPerSecond: number) => whole((leadsPerSecond * (usual?.walBytesPerLead ?? 0)) / 1e6)
  const rows = [
    [whole(5_000), ...cores(5_000), `triage is one thread: ${whole(1e6 / parts.triage)} leads a second`],
    [whole(20_000), ...cores(20_000), 'one stream'],
    [whole(50_000), ...cores(50_000), `one primary's write-ahead log, ${log(50_000)} MB a second`],
    [whole(200_000), ...cores(200_000), 'the network'],
  ]
  const each = Object.entries(parts).map(([part, cost]) => `${part} ${whole(cost)} µs`)
  return [
    `CPU of a lead through REST, 64 connections: ${each.join(', ')}. Together ${whole(all)} µs, or ` +
      `${whole(1e6 / all)} leads a second for each core when everything is busy.`,
    '',
    ...table(['leads a second', ...Object.keys(parts).map((part) => `${part}, cores`), 'the next limit'], rows),
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
