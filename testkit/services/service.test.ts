import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startService } from './service.ts'

test('a service that ends before it listens: the error has the last lines of its log', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'leadtriage-test-'))
  try {
    const started = startService({
      name: 'intake',
      env: { PATH: process.env.PATH, NATS_NAMESPACE: 'longer than thirty-two characters' },
      logFile: join(directory, 'intake.log'),
    })
    await expect(started).rejects.toThrow(
      /intake ended \(exit code \d\) before it listened[\s\S]*NATS_NAMESPACE.*is wrong/,
    )
  } finally {
    await rm(directory, { recursive: true })
  }
})
