import { createSender } from './create-sender.ts'
import { watchInsights } from './insight-watch.ts'
import type { LoadCommand, LoadJob, LoadReply, LoadResult } from './job.ts'
import { createLatencyRecorder } from './latency.ts'
import { startClosedLoop, startOpenLoop } from './loops.ts'

/*
 * The load generator: started by start-generator.ts, told what to do over the IPC channel. It shares the machine with
 * what it measures, so it does as little as it can for each operation.
 */

interface RunningLoad {
  mark(): void
  stop(): Promise<LoadResult>
}

async function startLoad(job: LoadJob): Promise<RunningLoad> {
  const sender = await createSender(job)
  const answer = createLatencyRecorder()
  const insights = job.insightEvents && (await watchInsights(job.insightEvents))
  let items = 0
  let failures = 0
  let firstFailure: string | undefined
  let markedAt = performance.now()

  const onEnd = (intendedAt: number, outcome: PromiseSettledResult<{ items: number; leadId?: string }>) => {
    if (outcome.status === 'rejected') {
      failures += 1
      firstFailure ??= String(outcome.reason)
      return
    }
    answer.record(performance.now() - intendedAt)
    items += outcome.value.items
    if (outcome.value.leadId !== undefined) insights?.expect(outcome.value.leadId, intendedAt)
  }
  const loop =
    job.ratePerSecond === undefined
      ? startClosedLoop(sender, job.concurrency, onEnd)
      : startOpenLoop(sender, job.ratePerSecond, onEnd)
  return {
    mark: () => {
      answer.reset()
      insights?.reset()
      items = 0
      failures = 0
      firstFailure = undefined
      markedAt = performance.now()
    },
    stop: async () => {
      const [counted, seconds] = [items, (performance.now() - markedAt) / 1_000]
      await loop.stop()
      const summary = await insights?.finish()
      await sender.close()
      return { items: counted, seconds, failures, firstFailure, answer: answer.summary(), insight: summary }
    },
  }
}

let running: RunningLoad | undefined
const reply = (message: LoadReply) => process.send?.(message)

async function obey(command: LoadCommand): Promise<LoadReply> {
  if (command.kind === 'start') {
    running = await startLoad(command.job)
    return { kind: 'started' }
  }
  if (running === undefined) throw new Error('nothing runs')
  if (command.kind === 'mark') {
    running.mark()
    return { kind: 'marked' }
  }
  return { kind: 'stopped', result: await running.stop() }
}

process.on('message', (command: LoadCommand) => {
  obey(command).then(reply, (error: unknown) => reply({ kind: 'failed', message: String(error) }))
})
process.on('disconnect', () => process.exit())
