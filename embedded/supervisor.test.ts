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

it('a process that ends by itself is started again', async () => {
  const first = startSleeper()
  const restarted = Promise.withResolvers<number>()
  const said: string[] = []
  const supervisor = supervise(first, {
    name: 'sleeper',
    pauseMs: 1,
    onProgress: (line) => said.push(line),
    restart: async () => {
      const next = startSleeper()
      restarted.resolve(next.pid)
      return next
    },
  })
  process.kill(first.pid, 'SIGKILL')
  const pid = await restarted.promise
  expect(said).toEqual(['sleeper ended (SIGKILL): starting it again in 0.001 s'])

  await Promise.all([supervisor.stop(), supervisor.stop()])
  expect(await commandLine(pid)).toBeUndefined()
})

it('five quick deaths in a row are enough, and the last lines are told', async () => {
  let starts = 1
  const supervisor = supervise(start('process.exit(3)'), {
    name: 'doomed',
    pauseMs: 1,
    onProgress: () => undefined,
    restart: async () => {
      starts += 1
      return start('process.exit(3)')
    },
  })
  const reason = await supervisor.gaveUp
  expect(reason.message).toBe(
    'doomed died 5 times in a row. The last time it ended (exit code 3). Its last words:\n  the last line',
  )
  expect(starts).toBe(5)
  await supervisor.stop()
})

it('a process that is still starting when all is stopped does not stay', async () => {
  const starting = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  let late: ReturnType<typeof startSleeper> | undefined
  const first = startSleeper()
  const supervisor = supervise(first, {
    name: 'late',
    pauseMs: 1,
    onProgress: () => undefined,
    restart: async () => {
      starting.resolve()
      await goOn.promise
      late = startSleeper()
      return late
    },
  })
  process.kill(first.pid, 'SIGKILL')
  await starting.promise
  const stopped = supervisor.stop()
  goOn.resolve()
  await stopped
  expect(await commandLine(late?.pid as number)).toBeUndefined()
})
