import type { Sql } from 'postgres'
import type { LimitName } from './limits/limits.ts'
import { measureLimits } from './limits/measure-limits.ts'
import {
  LAYERS_OF_ANSWER,
  LAYERS_OF_INSIGHT,
  LAYERS_OF_PROTOCOL,
  LAYERS_OF_READS,
  ofLayers,
  timesLayers,
} from './limits/of-layers.ts'
import { Operation } from './load/job.ts'
import { measureLatency, measureOperations } from './measure/operations.ts'
import { measureThroughput, type Throughput } from './measure/throughput.ts'
import type { Options, Section } from './options.ts'
import { PEERS, startPeer } from './peers/peers.ts'
import { fillWithListedLeads, untilIndexed } from './reads/fill-listed-leads.ts'
import { measureLists } from './reads/measure-lists.ts'
import { fillLargeSender, measureOverviews } from './reads/measure-overview.ts'
import { measureStats, untilRolledUp } from './reads/measure-stats.ts'
import { measureWatch } from './reads/measure-watch.ts'
import type { Results, ThroughputRow } from './results.ts'
import { fillWithTriagedLeads } from './stack/fill.ts'
import type { Product, ProductOptions } from './stack/product.ts'
import { startProduct } from './stack/product.ts'
import type { Servers } from './stack/servers.ts'
import type { Target } from './stack/target.ts'

const BATCHES = 'batches of 100 over gRPC, 8 callers'
const IMPORTS = 'imports of 2,000 rows of NDJSON, 4 connections'
/** The services are warm by then, and draining the queue of a longer warm-up would take much of the run's time. */
const WARMED = { warmUpSeconds: 1 }
const PROTOCOLS: readonly Protocol[] = [
  { name: 'REST, 64 connections', operation: Operation.Rest, concurrency: 64 },
  { name: 'REST, 256 connections', operation: Operation.Rest, concurrency: 256 },
  { name: 'gRPC, 64 callers', operation: Operation.Grpc, concurrency: 64 },
  { name: 'gRPC, 256 callers', operation: Operation.Grpc, concurrency: 256 },
  { name: 'Connect JSON, 64 connections', operation: Operation.Connect, concurrency: 64 },
  { name: BATCHES, operation: Operation.GrpcBatch, concurrency: 8, ...WARMED },
  { name: IMPORTS, operation: Operation.Import, concurrency: 4, ...WARMED },
]

interface Protocol {
  readonly name: string
  readonly operation: keyof typeof LAYERS_OF_PROTOCOL
  readonly concurrency: number
  /** At most; default: that of the run. */
  readonly warmUpSeconds?: number
}

/** The load for all comparisons. */
const USUAL = { operation: Operation.Rest, concurrency: 64 } as const
const READ_LEADS = 10_000

interface Run {
  readonly options: Options
  readonly servers: Servers
  readonly results: Results
  readonly signal: AbortSignal
  readonly print: (line: string) => void
}

/** Limits come first, because the other sections are compared with them. */
const MEASURE = {
  limits: async ({ options, servers, results, signal, print }) => {
    const { limitSpan: span, limitLatencySpan: latencySpan, latencyRates } = options
    results.limits = await measureLimits({ servers, span, latencySpan, latencyRates, signal, print })
  },
  latency: measureLatencies,
  protocols: measureProtocolsAndReads,
  reads: measureProtocolsAndReads,
  // a part of the reads that can be measured alone
  watch: async (run) => (sectionsOf(run.options).includes('reads') ? undefined : measureWatchers(run)),
  workers: measureWorkers,
  stored: measureStored,
  peers: measurePeers,
} as const satisfies Record<Section, (run: Run) => Promise<void>>

/** Measures one section after the other and fills `results`. */
export async function measureAll(run: Run): Promise<void> {
  // protocols and reads are measured together
  const wanted = new Set(sectionsOf(run.options).map((section) => MEASURE[section]))
  for (const measure of wanted) await measure(run)
}

function sectionsOf({ only }: Options): Section[] {
  const sections = Object.keys(MEASURE) as Section[] // MEASURE has these keys and no others
  return sections.filter((section) => only.length === 0 || only.includes(section))
}

async function measureLatencies(run: Run): Promise<void> {
  const { options, results, signal, print } = run
  await withProduct(run, 'latency', {}, async (product) => {
    await measureThroughput(product, USUAL, { ...options.span, seconds: 0 }, signal) // only the warm-up
    for (const rate of options.latencyRates) {
      print(`latency at ${rate} per second`)
      const measured = await measureLatency(product, rate, options.span, signal)
      results.latency.push({
        ...measured,
        answerOfLayers: timesLayers(measured.answer, rate, LAYERS_OF_ANSWER, results.limits),
        insightOfLayers: timesLayers(measured.insight, rate, LAYERS_OF_INSIGHT, results.limits),
      })
    }
  })
}

async function measureProtocolsAndReads(run: Run): Promise<void> {
  const { options, results, signal, print } = run
  const sections = sectionsOf(options)
  const protocols = sections.includes('protocols') ? PROTOCOLS : []
  await withProduct(run, 'protocols', { watchStatements: true }, async (product) => {
    for (const protocol of protocols.filter((protocol) => !options.quick || isQuick(protocol))) {
      const { name, operation, concurrency, warmUpSeconds = Number.POSITIVE_INFINITY } = protocol
      print(name)
      const span = { ...options.span, warmUpSeconds: Math.min(options.span.warmUpSeconds, warmUpSeconds) }
      const measured = await measureThroughput(product, { operation, concurrency }, span, signal)
      results.protocols.push(rowOf(run, name, measured, LAYERS_OF_PROTOCOL[operation]))
    }
    if (!sections.includes('reads')) return
    print('reads')
    if (protocols.length === 0) await measureThroughput(product, USUAL, options.span, signal)
    const ids = await product.sql<{ id: string }[]>`select lead_id as id from insights limit ${READ_LEADS}`
    const leadIds = ids.map(({ id }) => id)
    const job = { operation: Operation.Read, url: product.insightsUrl, concurrency: 64, leadIds }
    const reads = await measureOperations(job, options.span, signal)
    results.reads = { ...reads, ofLayers: ofLayers(reads.perSecond, LAYERS_OF_READS, results.limits) }
  })
  if (sections.includes('reads')) await measureReads(run)
}

/** Excludes imports: triage needs much longer to drain them than they take. */
function isQuick({ operation, concurrency }: Protocol): boolean {
  return concurrency <= 64 && operation !== Operation.Import
}

async function measureWatchers(run: Run): Promise<void> {
  const { options, results, signal, print } = run
  print(`${options.watch.watchers} watchers`)
  await withProduct(run, 'watch', {}, async (product) => {
    results.watch = await measureWatch(product, options.watch, signal)
  })
}

async function measureReads(run: Run): Promise<void> {
  const { options, results, signal, print } = run
  await measureWatchers(run)
  for (const leads of options.listedLeads) {
    print(`lists of ${leads.toLocaleString('en')} leads`)
    const prepare = async (sql: Sql) => fillWithListedLeads(sql, leads)
    await withProduct(run, `lists_${leads}`, { prepare }, async ({ insightsUrl, sql }) => {
      await untilIndexed(sql, signal)
      print(`lists of ${leads.toLocaleString('en')} leads: indexed`)
      const measured = await measureLists(insightsUrl, sql, options.listCalls, signal)
      results.lists = [...(results.lists ?? []), ...measured]
      await untilRolledUp(sql, signal)
      const stats = await measureStats(insightsUrl, sql, options.statsCalls, signal)
      results.stats = [...(results.stats ?? []), ...stats]
      await fillLargeSender(sql)
      const overviews = await measureOverviews(insightsUrl, sql, options.overviewCalls, signal)
      results.overviews = [...(results.overviews ?? []), ...overviews]
    })
  }
}

async function measureWorkers(run: Run): Promise<void> {
  for (const count of run.options.triageWorkers) {
    run.print(`${count} triage workers`)
    await withProduct(run, `workers_${count}`, { triageWorkers: count }, async (product) => {
      run.results.workers.push(await measureUsual(run, String(count), product, LAYERS_OF_PROTOCOL.rest))
    })
  }
}

async function measureStored(run: Run): Promise<void> {
  for (const count of run.options.storedLeads) {
    const name = count.toLocaleString('en')
    run.print(`${name} leads already stored`)
    const prepare = (sql: Product['sql']) => fillWithTriagedLeads(sql, count)
    await withProduct(run, `stored_${count}`, { prepare }, async (product) => {
      run.results.stored.push(await measureUsual(run, name, product, LAYERS_OF_PROTOCOL.rest))
    })
  }
}

async function measurePeers(run: Run): Promise<void> {
  const { servers, results, print } = run
  for (const peer of PEERS) {
    print(peer.name)
    const target = await startPeer(peer, servers)
    if (target === undefined) results.notes.push(`${peer.name}: not measured, because redis-server is not installed`)
    else {
      await whileRunning(target, async () => {
        results.peers.push(await measureUsual(run, peer.name, target, peer.layers))
      })
    }
  }
}

async function measureUsual(
  run: Run,
  name: string,
  target: Target,
  layers: readonly LimitName[],
): Promise<ThroughputRow> {
  return rowOf(run, name, await measureThroughput(target, USUAL, run.options.span, run.signal), layers)
}

function rowOf({ results }: Run, name: string, measured: Throughput, layers: readonly LimitName[]): ThroughputRow {
  return { name, ...measured, ofLayers: ofLayers(measured.leadsPerSecond, layers, results.limits) }
}

async function withProduct(
  { servers, signal }: Run,
  name: string,
  more: Partial<ProductOptions>,
  work: (product: Product) => Promise<void>,
): Promise<void> {
  await whileRunning(await startProduct({ servers, name: `bench_${name}`, signal, ...more }), work)
}

async function whileRunning<T extends Target>(target: T, work: (target: T) => Promise<void>): Promise<void> {
  try {
    await work(target)
  } finally {
    await target.stop()
  }
}
