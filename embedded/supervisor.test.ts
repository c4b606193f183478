import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'
import { trackChild } from './child-process.ts'
import { commandLine } from './processes.ts'
import { supervise } from './supervisor.ts'

const STEPS = [
  { signal: 'SIGTERM', graceMs: 5_000 },
  { signal: 'SIGKILL', graceMs: 1_000 },
] as const

function start(script: string) {
  const child = spawn(process.execPath, ['--eval', script], { stdio: 'ignore' })
  return trackChild(child, { stopSteps: STEPS, atExit: 'SIGKILL', lastLines: () => '  the last line' })
}
const startSleeper = () => start('setInterval(() => {}, 1e6)')

it('a process that exits is restarted', async () => {
  const first = startSleeper()
  const restarted = Promise.withResolvers<number>()
  const messages: string[] = []
  const supervisor = supervise(first, {
    name: 'sleeper',
    backoffMs: 1,
    onProgress: (line) => messages.push(line),
    restart: async () => {
      const next = startSleeper()
      restarted.resolve(next.pid)
      return next
    },
  })
  process.kill(first.pid, 'SIGKILL')
  const pid = await restarted.promise
  expect(messages).toEqual(['sleeper exited (SIGKILL): restarting it in 0.001 s'])

  await Promise.all([supervisor.stop(), supervisor.stop()])
  expect(await commandLine(pid)).toBeUndefined()
})

it('after five quick exits in a row it fails with the end of the log', async () => {
  let starts = 1
  const supervisor = supervise(start('process.exit(3)'), {
    name: 'doomed',
    backoffMs: 1,
    onProgress: () => undefined,
    restart: async () => {
      starts += 1
      return start('process.exit(3)')
    },
  })
  const reason = await supervisor.failed
  expect(reason.message).toBe(
    'doomed failed 5 times in a row. The last time it exited (exit code 3). The end of its log:\n  the last line',
  )
  expect(starts).toBe(5)
  await supervisor.stop()
})

it('a process that is still starting when the supervisor is stopped is stopped too', async () => {
  const starting = Promise.withResolvers<void>()
  const resume = Promise.withResolvers<void>()
  let late: ReturnType<typeof startSleeper> | undefined
  const first = startSleeper()
  const supervisor = supervise(first, {
    name: 'late',
    backoffMs: 1,
    onProgress: () => undefined,
    restart: async () => {
      starting.resolve()
      await resume.promise
      late = startSleeper()
      return late
    },
  })
  process.kill(first.pid, 'SIGKILL')
  await starting.promise
  const stopped = supervisor.stop()
  resume.resolve()
  await stopped
  expect(await commandLine(late?.pid as number)).toBeUndefined()
})
