import { measureLimits } from './limits/measure-limits.ts'
import { Operation } from './load/job.ts'
import { measureLatency } from './measure/latency.ts'
import { measureOperations } from './measure/operations.ts'
import { measureThroughput } from './measure/throughput.ts'
import type { Options } from './options.ts'
import { PEERS, startPeer } from './peers/peers.ts'
import type { Results } from './results.ts'
import { fillWithTriagedLeads } from './stack/fill.ts'
import type { Product, ProductOptions } from './stack/product.ts'
import { startProduct } from './stack/product.ts'
import type { Servers } from './stack/servers.ts'
import type { Target } from './stack/target.ts'

const DOORS = [
  { name: 'REST, 64 connections', operation: Operation.Rest, concurrency: 64 },
  { name: 'REST, 256 connections', operation: Operation.Rest, concurrency: 256 },
  { name: 'gRPC, 64 callers', operation: Operation.Grpc, concurrency: 64 },
  { name: 'gRPC, 256 callers', operation: Operation.Grpc, concurrency: 256 },
  { name: 'Connect JSON, 64 connections', operation: Operation.Connect, concurrency: 64 },
  { name: 'batches of 100 over gRPC, 8 callers', operation: Operation.GrpcBatch, concurrency: 8 },
  { name: 'imports of 2,000 rows of NDJSON, 4 connections', operation: Operation.Import, concurrency: 4 },
] as const
/** What everything is compared by. */
const USUAL = { operation: Operation.Rest, concurrency: 64 } as const
const READ_LEADS = 10_000

/** Measures section after section, and fills `results` as it goes. */
export async function measureAll(options: {
  options: Options
  servers: Servers
  results: Results
  signal: AbortSignal
  say: (line: string) => void
}): Promise<void> {
  const { servers, results, signal, say } = options
  const { span, limitSpan, only, quick, latencyRates, triageWorkers, storedLeads } = options.options
  const wanted = (section: string) => only.length === 0 || only.includes(section)
  const withProduct = async (name: string, more: Partial<ProductOptions>, work: (product: Product) => Promise<void>) =>
    whileRunning(await startProduct({ servers, name: `bench_${name}`, signal, ...more }), work)

  if (wanted('limits')) results.limits = await measureLimits(servers, limitSpan, signal, say)
  if (wanted('latency')) {
    await withProduct('latency', {}, async (product) => {
      await measureThroughput(product, USUAL, { ...span, seconds: 0 }, signal) // nothing but its warm-up
      for (const rate of latencyRates) {
        say(`latency at ${rate} a second`)
        results.latency.push(await measureLatency(product, rate, span, signal))
      }
    })
  }
  if (wanted('doors') || wanted('reads')) {
    await withProduct('doors', {}, async (product) => {
      const doors = quick ? DOORS.filter(({ concurrency }) => concurrency <= 64) : DOORS
      for (const { name, ...job } of wanted('doors') ? doors : []) {
        say(name)
        results.doors.push({ name, ...(await measureThroughput(product, job, span, signal)) })
      }
      if (wanted('reads')) {
        say('reads')
        if (results.doors.length === 0) await measureThroughput(product, USUAL, span, signal)
        const leadIds = (
          await product.sql<{ id: string }[]>`select lead_id as id from insights limit ${READ_LEADS}`
        ).map(({ id }) => id)
        const job = { operation: Operation.Read, url: product.insightsUrl, concurrency: 64, leadIds }
        results.reads = await measureOperations(job, span, signal)
      }
    })
  }
  for (const count of wanted('workers') ? triageWorkers : []) {
    say(`${count} triage workers`)
    await withProduct(`workers_${count}`, { triageWorkers: count }, async (product) => {
      results.workers.push({ name: String(count), ...(await measureThroughput(product, USUAL, span, signal)) })
    })
  }
  for (const count of wanted('stored') ? storedLeads : []) {
    say(`${count.toLocaleString('en')} leads stored before`)
    const prepare = (sql: Product['sql']) => fillWithTriagedLeads(sql, count)
    await withProduct(`stored_${count}`, { prepare }, async (product) => {
      const name = count.toLocaleString('en')
      results.stored.push({ name, ...(await measureThroughput(product, USUAL, span, signal)) })
    })
  }
  for (const peer of wanted('peers') ? PEERS : []) {
    say(peer.name)
    const target = await startPeer(peer, servers)
    if (target === undefined) results.notes.push(`${peer.name}: not measured, there is no redis-server here`)
    else {
      await whileRunning(target, async () => {
        results.peers.push({ name: peer.name, ...(await measureThroughput(target, USUAL, span, signal)) })
      })
    }
  }
}

async function whileRunning<T extends Target>(target: T, work: (target: T) => Promise<void>): Promise<void> {
  try {
    await work(target)
  } finally {
    await target.stop()
  }
}
