import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { loadConfig } from './load-config.ts'
import { secretSetting } from './secret-settings.ts'

const SHAPE = {
  TOKEN: secretSetting(z.string({ error: 'must be set' }).regex(/^[a-z ]+$/, { error: 'must be small letters' })),
  RULES: z.string().optional(),
}

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'leadtriage-secrets-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

function fileWith(content: string): string {
  const path = join(directory, 'token')
  writeFileSync(path, content)
  return path
}

const load = (env: NodeJS.ProcessEnv) => loadConfig(SHAPE, env)

describe('a secret setting', () => {
  test.each([
    ['without a newline', 'open sesame', 'open sesame'],
    ['with a newline at the end', 'open sesame\n', 'open sesame'],
    ['with the line ends of Windows', 'open sesame\r\n\r\n', 'open sesame'],
    ['with spaces, which belong to the value', ' open sesame \n', ' open sesame '],
  ])('is read from a file %s', (_what, content, value) => {
    expect(load({ TOKEN_FILE: fileWith(content) })).toEqual({ TOKEN: value })
    expect(load({ TOKEN: '', TOKEN_FILE: fileWith(content) })).toEqual({ TOKEN: value })
  })

  test('is read from the variable if the path is empty', () => {
    expect(load({ TOKEN: 'sesame', TOKEN_FILE: '' })).toEqual({ TOKEN: 'sesame' })
  })

  test('given twice is rejected', () => {
    const env = { TOKEN: 'sesame', TOKEN_FILE: fileWith('sesame') }
    expect(() => load(env)).toThrow(
      /^1 setting is wrong:\n {2}TOKEN and TOKEN_FILE are both set: set only one of them$/,
    )
  })

  test('is rejected with the variable and the path if the file cannot be read', () => {
    const missing = join(directory, 'missing')
    expect(() => load({ TOKEN_FILE: missing })).toThrow(
      `1 setting is wrong:\n  TOKEN_FILE=${missing} is wrong: the file cannot be read (ENOENT)`,
    )
    expect(() => load({ TOKEN_FILE: directory })).toThrow(`${directory} is wrong: the file cannot be read (EISDIR)`)
  })

  test.each(['', '\n'])('is rejected if the file has only %j', (content) => {
    expect(() => load({ TOKEN_FILE: fileWith(content) })).toThrow(/^1 setting.*\n.*token is wrong: the file is empty$/)
  })

  test('is reported without its value', () => {
    expect(() => load({ TOKEN: 'SESAME' })).toThrow(
      /^1 setting is wrong:\n {2}TOKEN is wrong: it must be small letters$/,
    )
    const path = fileWith('SESAME')
    expect(() => load({ TOKEN_FILE: path })).toThrow(
      `1 setting is wrong:\n  the content of TOKEN_FILE=${path} is wrong: it must be small letters`,
    )
  })

  test('is reported as missing without both variables', () => {
    expect(() => load({})).toThrow(/^1 setting is wrong:\n {2}TOKEN is missing: it must be set$/)
  })
})

test('a setting that is not secret has no file', () => {
  expect(load({ TOKEN: 'sesame', RULES_FILE: join(directory, 'missing') })).toEqual({ TOKEN: 'sesame' })
})
