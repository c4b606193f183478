import { execFileSync } from 'node:child_process'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { bufferLines } from './buffered-output.ts'

function openLog() {
  const writes: string[] = []
  const log = pino({ base: null, timestamp: false }, bufferLines({ write: (text) => writes.push(text) }))
  return { log, messages: () => writes.map((text) => text.match(/(?<="msg":")\w+/g)) }
}

describe('log lines', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('are written immediately after a pause, and batched when they follow within 100 ms', () => {
    const { log, messages } = openLog()
    for (const message of ['one', 'two', 'three']) log.info(message)
    expect(messages()).toEqual([['one']])
    vi.advanceTimersByTime(100)
    expect(messages()).toEqual([['one'], ['two', 'three']])
    log.info('four')
    expect(messages()).toHaveLength(2)
    vi.advanceTimersByTime(200)
    log.info('five')
    expect(messages()).toEqual([['one'], ['two', 'three'], ['four'], ['five']])
  })

  test.each(['warn', 'error', 'fatal'] as const)(
    'are written immediately, with the buffered lines, at level %s',
    (level) => {
      const { log, messages } = openLog()
      log.info('one')
      log.info('two')
      log.child({ part: 'x' })[level]('three')
      expect(messages()).toEqual([['one'], ['two', 'three']])
    },
  )

  test('take at most 16 KiB of memory', () => {
    const { log, messages } = openLog()
    for (let line = 0; line < 100; line += 1) log.info({ text: 'x'.repeat(1_000) }, 'm')
    expect(messages().flat().length).toBeGreaterThan(80)
    expect(messages().length).toBeLessThan(10)
  })
})

test.each(['process.exit(0)', 'undefined', 'setImmediate(() => { throw new Error() })'])(
  'no line is lost when a process exits by itself (%s)',
  (end) => {
    const program = `
      import { createLog } from '${new URL('./log.ts', import.meta.url).href}'
      const log = createLog('test', 'info')
      for (let line = 1; line <= 1_000; line += 1) log.info({ line }, 'a line')
      ${end}`
    const stdout = (() => {
      try {
        return execFileSync(process.execPath, ['--input-type=module', '-e', program], {
          encoding: 'utf8',
          stdio: 'pipe',
        })
      } catch (error) {
        return (error as { stdout: string }).stdout
      }
    })()
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(1_000)
    expect(lines.at(-1)).toContain('"line":1000')
  },
)
