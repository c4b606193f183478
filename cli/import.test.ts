import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { ExitCode, runImport } from './import.ts'

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

/** A response of intake, or of a proxy in front of it. */
interface FakeResponse {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly breaks?: boolean
}
const NDJSON = 'application/x-ndjson'

/** Runs the command against a server that sends this response. */
async function importWith({ status, type, body, breaks }: FakeResponse) {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response
        .writeHead(status, { 'content-type': type })
        .write(body, () => (breaks ? response.destroy() : response.end()))
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  try {
    return await leadtriageImport('leads.csv', 'note\nhi\n', '--url', `http://127.0.0.1:${port}`)
  } finally {
    server.close()
  }
}

test('prints the response and exits with 0 when all rows are stored', async () => {
  const rows = Array.from({ length: 1_500 }, (_, i) => `"lead\n${i}",${randomUUID()}`)
  const { code, stdout } = await leadtriageImport('leads.csv', `note,idempotency_key\n${rows.join('\n')}\n`)
  expect(stdout).toMatch(
    /\{"done":\{"rows":1500,"created":1500,"replayed":0,"conflicts":0,"erased":0,"invalid":0\}\}\n$/,
  )
  expect(code).toBe(0)
})

test('exits with 1 when intake rejects a row or the request', async () => {
  const key = randomUUID()
  const invalid = await leadtriageImport('leads.jsonl', '{"note":"good"}\n{"note":""}\n', '--key', key)
  expect(invalid.stdout).toContain('"created":1,"replayed":0,"conflicts":0,"erased":0,"invalid":1')
  expect(invalid.code).toBe(1)
  const refused = await leadtriageImport('leads.csv', 'remark\nhi\n', '--key', key)
  expect(refused.stdout).toContain('"path":"header"')
  expect(refused.code).toBe(1)
})

test('exits with 2 when an argument is invalid or the file cannot be read', async () => {
  const { code, stderr } = await leadtriageImport('leads.txt', 'note\nhi\n')
  expect(code).toBe(2)
  expect(stderr).toContain('FILE must end in')
  await expect(runImport(['nowhere.csv', '--url', intake.url])).resolves.toBe(2)
  await mkdir(join(folder, 'folder.csv'))
  await expect(runImport([join(folder, 'folder.csv'), '--url', intake.url])).resolves.toBe(2)
  for (const url of ['leads', 'ftp://127.0.0.1'])
    expect((await leadtriageImport('a.csv', 'note\n', '--url', url)).code).toBe(2)
})

test('exits with 1 when a large file is rejected at its first row', async () => {
  const { code, stdout } = await leadtriageImport('large.csv', `remark\n${'a remark\n'.repeat(500_000)}`)
  expect(stdout).toContain('"path":"header"')
  expect(code).toBe(1)
})

describe('exits with 3 and advises a retry', () => {
  const counts = { rows: 1, created: 1, replayed: 0, conflicts: 0, erased: 0, invalid: 0 }
  const progress = `${JSON.stringify({ progress: counts })}\n`
  const failed = (status: number) => `${JSON.stringify({ failed: { status, code: 'x' }, progress: counts })}\n`

  test.each<[when: string, response: FakeResponse]>([
    ['when intake is unreachable behind a gateway', { status: 502, type: 'text/html', body: '<h1>Bad Gateway</h1>' }],
    ['when intake is overloaded', { status: 503, type: 'application/problem+json', body: '{"status":503}' }],
    ['when the import fails halfway', { status: 200, type: NDJSON, body: progress + failed(503) }],
    ['when the import hits its idle timeout', { status: 200, type: NDJSON, body: progress + failed(499) }],
    ['when the response ends without its last line', { status: 200, type: NDJSON, body: progress }],
    ['when the response ends within a line', { status: 200, type: NDJSON, body: `${progress}{"done":{"rows"` }],
    ['when the connection breaks', { status: 200, type: NDJSON, body: progress, breaks: true }],
  ])('%s', async (_when, response) => {
    const { code, stderr } = await importWith(response)
    expect(stderr).toContain('retry the file with the same key')
    expect(code).toBe(3)
  })

  test('when the connection is refused', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    const { code, stderr } = await leadtriageImport('leads.csv', 'note\nhi\n', '--url', `http://127.0.0.1:${port}`)
    expect(stderr).toContain('ECONNREFUSED')
    expect(code).toBe(3)
  })
})

test.each<[what: string, response: FakeResponse]>([
  ['an HTML page with status 200', { status: 200, type: 'text/html; charset=utf-8', body: '<h1>Please log in</h1>' }],
  ['an HTML page with status 404', { status: 404, type: 'text/html', body: '<h1>Not here</h1>' }],
])('reports %s as foreign and exits with 1', async (_what, response) => {
  const { code, stdout, stderr } = await importWith(response)
  expect(stderr).toMatch(
    new RegExp(`/leads:import responded ${response.status} with text/html.*not a response of intake`),
  )
  expect(stdout + stderr).not.toContain('<h1>')
  expect(code).toBe(1)
})

test('exits with 1 when an invalid row ends the import', async () => {
  const body = '{"failed":{"status":422,"code":"invalid_request"},"progress":{"rows":0}}\n'
  expect((await importWith({ status: 200, type: NDJSON, body })).code).toBe(1)
})

test('the help describes every exit code', async () => {
  const { code, stdout } = await leadtriageImport('leads.csv', '', '--help')
  expect(code).toBe(0)
  for (const exitCode of Object.values(ExitCode)) expect(stdout).toMatch(new RegExp(`^  ${exitCode}  `, 'm'))
})
