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

/** What is in between, or an intake in trouble. */
interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly breaks?: boolean
}
const NDJSON = 'application/x-ndjson'

/** The command, against a server that gives this answer. */
async function importFrom({ status, type, body, breaks }: Answer) {
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
  await mkdir(join(folder, 'folder.csv'))
  await expect(runImport([join(folder, 'folder.csv'), '--url', intake.url])).resolves.toBe(2)
  for (const url of ['leads', 'ftp://127.0.0.1'])
    expect((await leadtriageImport('a.csv', 'note\n', '--url', url)).code).toBe(2)
})

test('a large file that is refused at its first row has the exit code 1, too', async () => {
  const { code, stdout } = await leadtriageImport('large.csv', `remark\n${'a remark\n'.repeat(500_000)}`)
  expect(stdout).toContain('"path":"header"')
  expect(code).toBe(1)
})

describe('the exit code is 3, and the user told to send it again,', () => {
  const counts = { rows: 1, created: 1, replayed: 0, conflicts: 0, invalid: 0 }
  const progress = `${JSON.stringify({ progress: counts })}\n`
  const failed = (status: number) => `${JSON.stringify({ failed: { status, code: 'x' }, progress: counts })}\n`

  test.each<[why: string, answer: Answer]>([
    ['when intake is away behind a gateway', { status: 502, type: 'text/html', body: '<h1>Bad Gateway</h1>' }],
    ['when intake is busy', { status: 503, type: 'application/problem+json', body: '{"status":503}' }],
    ['when it could not go on', { status: 200, type: NDJSON, body: progress + failed(503) }],
    ['when no row came for long', { status: 200, type: NDJSON, body: progress + failed(499) }],
    ['when the answer ends without its last line', { status: 200, type: NDJSON, body: progress }],
    ['when it ends in the middle of a line', { status: 200, type: NDJSON, body: `${progress}{"done":{"rows"` }],
    ['when the connection breaks', { status: 200, type: NDJSON, body: progress, breaks: true }],
  ])('%s', async (_why, answer) => {
    const { code, stderr } = await importFrom(answer)
    expect(stderr).toContain('send the same again')
    expect(code).toBe(3)
  })

  test('when nobody listens', async () => {
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

test.each<[what: string, answer: Answer]>([
  ['a page with status 200', { status: 200, type: 'text/html; charset=utf-8', body: '<h1>Please log in</h1>' }],
  ['a page with status 404', { status: 404, type: 'text/html', body: '<h1>Not here</h1>' }],
])('%s is said to be not from intake; to send it again would not help', async (_what, answer) => {
  const { code, stdout, stderr } = await importFrom(answer)
  expect(stderr).toMatch(new RegExp(`/leads:import answers ${answer.status} with text/html.*not intake`))
  expect(stdout + stderr).not.toContain('<h1>')
  expect(code).toBe(1)
})

test('an import that could not go on for a row has the exit code 1', async () => {
  const body = '{"failed":{"status":422,"code":"invalid_request"},"progress":{"rows":0}}\n'
  expect((await importFrom({ status: 200, type: NDJSON, body })).code).toBe(1)
})

test('the help tells of every exit code', async () => {
  const { code, stdout } = await leadtriageImport('leads.csv', '', '--help')
  expect(code).toBe(0)
  for (const exitCode of Object.values(ExitCode)) expect(stdout).toMatch(new RegExp(`^  ${exitCode}  `, 'm'))
})
