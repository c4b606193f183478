import { expect, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { createLog } from './log.ts'

/** A constraint violation as the driver throws it, with the row in `detail`. */
function databaseError(): Error {
  return Object.assign(new Error('duplicate key value violates unique constraint'), {
    code: '23505',
    detail: 'Failing row contains (secret@example.com, my secret note)',
    parameters: ['secret@example.com'],
    query: "insert into leads values ('secret@example.com')",
  })
}

test('a line is JSON with the service, level, fields and message', () => {
  const { log, entries } = captureLog()
  log.warn({ leadId: 'a' }, 'careful')
  expect(entries()).toMatchObject([{ level: 40, service: 'test', pid: process.pid, leadId: 'a', msg: 'careful' }])
})

test('an error is logged with its name, message, code, stack and causes', () => {
  const { log, entries } = captureLog()
  log.error({ err: new TypeError('outer', { cause: databaseError() }) }, 'failed')
  expect(entries()[0]?.err).toMatchObject({
    name: 'TypeError',
    message: 'outer',
    stack: expect.stringContaining('log.test.ts'),
    cause: { code: '23505', message: 'duplicate key value violates unique constraint' },
  })
})

test.each([
  ['under err', { err: databaseError() }],
  ['by itself', databaseError()],
  ['as a cause', { err: new Error('outer', { cause: databaseError() }) }],
])('the row in a database error that is logged %s stays out of the log', (_how, logged) => {
  const { log, text } = captureLog()
  log.error(logged, 'failed')
  log.child({ protocol: 'rest' }).error(logged, 'failed')
  expect(text()).toContain('23505')
  expect(text()).not.toContain('secret')
})

/** As `JSON.parse` throws it: the message quotes the invalid text. */
function syntaxError(): unknown {
  try {
    return JSON.parse('my secret note')
  } catch (error) {
    return error
  }
}

test.each([
  ['under err', syntaxError()],
  ['as a cause', new Error('outer', { cause: syntaxError() })],
])('the text in a SyntaxError that is logged %s stays out of the log, and its stack frames are kept', (_how, err) => {
  expect(String(syntaxError())).toContain('my secret')
  const { log, text } = captureLog()
  log.error({ err }, 'failed')
  expect(text()).not.toContain('secret')
  expect(text()).toMatch(/SyntaxError: withheld.*\\n {4}at .*log\.test\.ts/)
})

test('an error that is its own cause is logged', () => {
  const { log, entries } = captureLog()
  const error = new Error('circular')
  error.cause = error
  log.error({ err: error }, 'failed')
  expect(entries()[0]?.err).toMatchObject({ message: 'circular' })
})

test('a thrown value that is not an Error is logged as text', () => {
  const { log, entries } = captureLog()
  log.error({ err: 'just a string' }, 'failed')
  expect(entries()[0]?.err).toBe('just a string')
})

test('lines below the level are not written', () => {
  const lines: string[] = []
  const log = createLog('quiet', 'warn', { write: (line) => lines.push(line) })
  log.info('no')
  log.warn('yes')
  expect(lines).toHaveLength(1)
})
