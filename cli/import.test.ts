import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServiceProcess } from '../test/fixtures/service-process.ts'
import { useServices } from '../test/fixtures/service-process.ts'
import { useStack } from '../test/fixtures/stack.ts'
import { runImport } from './import.ts'

const stack = useStack()
const start = useServices(stack)
let intake: ServiceProcess
let folder: string

beforeAll(async () => {
  ;[intake, folder] = await Promise.all([start('intake'), mkdtemp(join(tmpdir(), 'leadtriage-import-'))])
})
afterAll(() => rm(folder, { recursive: true }))

async function leadtriageImport(name: string, content: string, ...options: string[]) {
  const file = join(folder, name)
  await writeFile(file, content)
  const args = ['cli/leadtriage.ts', 'import', file, '--url', intake.url, ...options]
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }))
  })
}

test('a file is sent, the answer printed, and the exit code 0 when all its rows are stored', async () => {
  const rows = Array.from({ length: 1_500 }, (_, i) => `"lead\n${i}",${randomUUID()}`)
  const { code, stdout } = await leadtriageImport('leads.csv', `note,idempotency_key\n${rows.join('\n')}\n`)
  expect(stdout).toMatch(/\{"done":\{"rows":1500,"created":1500,"replayed":0,"conflicts":0,"invalid":0\}\}\n$/)
  expect(code).toBe(0)
})

test('the exit code is 1 when a row is not stored, or the import refused', async () => {
  const key = randomUUID()
  const invalid = await leadtriageImport('leads.jsonl', '{"note":"good"}\n{"note":""}\n', '--key', key)
  expect(invalid.stdout).toContain('"created":1,"replayed":0,"conflicts":0,"invalid":1')
  expect(invalid.code).toBe(1)
  const refused = await leadtriageImport('leads.csv', 'remark\nhi\n', '--key', key)
  expect(refused.stdout).toContain('"path":"header"')
  expect(refused.code).toBe(1)
})

test('the exit code is 2 when nothing could be sent', async () => {
  const { code, stderr } = await leadtriageImport('leads.txt', 'note\nhi\n')
  expect(code).toBe(2)
  expect(stderr).toContain('FILE must end in')
  await expect(runImport(['nowhere.csv', '--url', intake.url])).resolves.toBe(2)
})
