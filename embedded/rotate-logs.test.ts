import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { rotateLogs } from './rotate-logs.ts'
import { waitUntil } from './wait-until.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'leadtriage-test-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('a growing log takes at most twice its maximum size and keeps the latest lines', async () => {
  const file = path.join(folder, 'a.log')
  const log = createWriteStream(file, { flags: 'a' })
  const stopping = new AbortController()
  const maxBytes = 1_000
  const rotation = rotateLogs([file, path.join(folder, 'missing.log')], stopping.signal, {
    maxBytes,
    checkIntervalMs: 5,
  })
  for (let line = 0; line < 100; line += 1) {
    const text = `line ${String(line).padStart(3, '0')} ${'.'.repeat(90)}\n`
    await new Promise((resolve) => log.write(text, resolve))
    const isBounded = async () => ((await stat(file)).size <= maxBytes ? true : undefined)
    expect(await waitUntil(isBounded, { timeoutMs: 5_000 })).toBe(true)
  }
  log.end()
  await once(log, 'close')
  stopping.abort()
  await rotation
  const kept = (await readFile(`${file}.1`, 'utf8')) + (await readFile(file, 'utf8'))
  expect(kept).toContain('line 099')
  expect(kept).not.toContain('line 050')
  expect(kept.length).toBeLessThan(2 * maxBytes + 200)
})
