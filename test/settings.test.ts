import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'

async function run(name: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [`services/${name}/main.ts`], { env: { PATH: process.env.PATH, ...env } })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { stdout, stderr, code: code as number }
}

describe.each(['intake', 'triage', 'insights'])('%s started alone', (name) => {
  test('exits with one message that names every required setting', async () => {
    const { stdout, stderr, code } = await run(name, { DATABASE_URL: '' })
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr.trim().split('\n')).toEqual([
      '2 settings are wrong:',
      '  DATABASE_URL is missing: it must be set, for example to postgres://user:password@127.0.0.1:5432/leadtriage',
      '  NATS_URL is missing: it must be set, for example to nats://127.0.0.1:4222',
    ])
  })

  test('names each wrong setting with its value, but not the value of a secret', async () => {
    const { stderr, code } = await run(name, {
      DATABASE_URL: 'mysql://me:secret@127.0.0.1/x',
      NATS_URL: 'nats://127.0.0.1:4222',
      [`${name.toUpperCase()}_PORT`]: '70000',
      LOG_LEVEL: 'loud',
    })
    expect(code).toBe(1)
    expect(stderr).toContain('DATABASE_URL is wrong: it must be a URL such as postgres://')
    expect(stderr).toContain(`${name.toUpperCase()}_PORT=70000 is wrong: it must be a whole number from 0 to 65535`)
    expect(stderr).toContain('LOG_LEVEL=loud is wrong: it must be one of trace, debug')
    expect(stderr).not.toMatch(/secret|mysql/)
  })
})
