import { connect } from '@nats-io/transport-node'
import { createSender } from './create-sender.ts'
import { type InsightWatch, watchInsights } from './insight-watch.ts'
import type { LoadCommand, LoadJob, LoadReply, LoadResult } from './job.ts'
import { createLatencyRecorder } from './latency.ts'
import type { Loop } from './loops.ts'
import { startClosedLoop, startOpenLoop } from './loops.ts'
import type { Sent } from './sender.ts'
import { untilInsight } from './until-insight.ts'

/*
 * The load generator: started by start-generator.ts, told what to do over the IPC channel. It shares the machine with
 * what it measures, so it does as little as it can for each operation.
 */

interface OpenLoad {
  begin(): void
  end(): Promise<LoadResult>
}

async function openLoad(job: LoadJob): Promise<OpenLoad> {
  const answer = createLatencyRecorder()
  const insights = job.insightEvents && (await openWatch(job.insightEvents))
  const sender = job.untilInsight ? untilInsight(await createSender(job), insights) : await createSender(job)
  let items = 0
  let failures = 0
  let firstFailure: string | undefined
  let startedAt = 0
  let loop: Loop | undefined

  const onEnd = (intendedAt: number, outcome: PromiseSettledResult<Sent>) => {
    if (outcome.status === 'rejected') {
      failures += 1
      firstFailure ??= String(outcome.reason)
      return
    }
    answer.record(performance.now() - intendedAt)
    items += outcome.value.items
    if (outcome.value.leadId !== undefined) insights?.expect(outcome.value.leadId, intendedAt)
  }
  return {
    begin: () => {
      answer.reset()
      items = 0
      failures = 0
      firstFailure = undefined
      startedAt = performance.now()
      loop =
        job.ratePerSecond === undefined
          ? startClosedLoop(sender, job.concurrency, onEnd)
          : startOpenLoop(sender, job.ratePerSecond, onEnd)
    },
    end: async () => {
      await loop?.stop()
      const seconds = (performance.now() - startedAt) / 1_000
      const insight = await insights?.finish()
      return { items, seconds, failures, firstFailure, answer: answer.summary(), insight }
    },
  }
}

async function openWatch({ natsUrl, subjects }: NonNullable<LoadJob['insightEvents']>): Promise<InsightWatch> {
  return watchInsights(await connect({ servers: natsUrl }), subjects)
}

let load: OpenLoad | undefined
const reply = (message: LoadReply) => process.send?.(message)

async function obey(command: LoadCommand): Promise<LoadReply> {
  if (command.kind === 'open') {
    load = await openLoad(command.job)
    return { kind: 'done' }
  }
  if (load === undefined) throw new Error('nothing is open')
  if (command.kind === 'end') return { kind: 'ended', result: await load.end() }
  load.begin()
  return { kind: 'done' }
}

process.on('message', (command: LoadCommand) => {
  obey(command).then(reply, (error: unknown) => reply({ kind: 'failed', message: String(error) }))
})
process.on('disconnect', () => process.exit())
