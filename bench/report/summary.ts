import type { Throughput } from '../measure/throughput.ts'
import type { Named, Results } from '../results.ts'

const BEGIN = '<!-- the latest run: written by npm run bench -->'
const END = '<!-- end of the latest run -->'

/** Puts the summary of a run where a page has its place for it. @throws Error when the page has none */
export function withSummary(page: string, results: Results): string {
  const [before, rest] = page.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error(`the page has no place between ${BEGIN} and ${END}`)
  return `${before}${BEGIN}\n\n${summarize(results)}\n\n${END}${after}`
}

/** What a run says about each aim, in a few lines of Markdown. */
function summarize({ run, machine, doors, latency, stored, peers }: Results): string {
  const rate = (door: string) => best(doors.filter(({ name }) => name.startsWith(door)))
  const bestPeer = peers.toSorted((a, b) => b.leadsPerSecond - a.leadsPerSecond)[0]
  const usual = doors.find(({ name }) => name === 'REST, 64 connections')
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
    '| figure | aim | this run |',
    '| --- | --- | --- |',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n')
}

function best(rows: readonly Named<Throughput>[]): number {
  return Math.max(...rows.map(({ leadsPerSecond }) => leadsPerSecond))
}

function ratio(one: Throughput | undefined, other: Throughput | undefined): number {
  return (one?.leadsPerSecond ?? Number.NaN) / (other?.leadsPerSecond ?? Number.NaN)
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}
