import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { InsightBody } from '../testkit/clients/rest.ts'
import { nonEphemeralPort } from '../testkit/ports.ts'
import { hasGrpcurl } from './fixtures/grpcurl.ts'
import { shellExamples } from './fixtures/shell-examples.ts'

// Runs the commands of the README, unchanged except for the ports, against `npm start`.
const ROOT = fileURLToPath(new URL('../', import.meta.url))
const hasCurl = spawnSync('curl', ['--version']).status === 0

let dataDir: string
let ports: Record<'8000' | '8001' | '8002', string>
let starter: ChildProcess
let output = ''

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'leadtriage-start-'))
  const [intake, insights, triage] = (
    await Promise.all([nonEphemeralPort(), nonEphemeralPort(), nonEphemeralPort()])
  ).map(String) as [string, string, string]
  ports = { '8000': intake, '8001': insights, '8002': triage }
  starter = spawn('npm', ['start'], {
    cwd: ROOT,
    detached: true, // a separate process group, as in a terminal, so that one signal reaches every process
    env: {
      ...process.env,
      DATA_DIR: dataDir,
      DATABASE_URL: '',
      NATS_URL: '',
      INTAKE_PORT: intake,
      INSIGHTS_PORT: insights,
      TRIAGE_PORT: triage,
    },
  })
  const banner = Promise.withResolvers<void>()
  for (const stream of [starter.stdout, starter.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('Ctrl-C')) banner.resolve()
    })
  }
  await Promise.race([
    banner.promise,
    once(starter, 'exit').then(([code]) => Promise.reject(new Error(`npm start ended with ${code}:\n${output}`))),
  ])
}, 120_000)

afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true })
})

/** The commands of "Work with the results". */
async function resultCommands(): Promise<string[]> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  return shellExamples(readme, 'Work with the results', ports).split(/^(?=curl)/m)
}

/** The JSON that the commands of some sections print. The sections share one shell. */
async function answersOf(...titles: string[]): Promise<object[]> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  const commands = titles.map((title) => shellExamples(readme, title, ports)).join('\n')
  return execFileSync('sh', ['-eu', '-c', commands], { encoding: 'utf8', cwd: dataDir })
    .trim()
    .split(/(?<=\})\s*(?=\{)/)
    .map((answer) => JSON.parse(answer) as object)
}

test.runIf(hasCurl)('the README creates a lead with intent to buy, and imports a file', async () => {
  const answers = await answersOf('Try it', 'Import a file')
  const insight = answers.find((answer) => 'intent' in answer) as InsightBody
  expect(insight.intent).toBe('buy')
  expect(['P0', 'P1']).toContain(insight.priority)
  expect(answers.at(-1)).toMatchObject({ done: { rows: 2, created: 2 } })
})

test.runIf(hasCurl)("the README shows today's open P0 leads live, with one command", async () => {
  await answersOf('Try it')
  const watch = (await resultCommands()).find((command) => command.includes('/insights/stream')) ?? ''
  const command = spawn('sh', ['-c', `exec ${watch}`])
  const shown = new Promise<string>((resolve) => {
    let text = ''
    command.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('event: synchronized')) resolve(text)
    })
  })
  const text = await shown
  command.kill()
  expect(text).toMatch(/event: insight\n.*\n?data: \{"lead":.*"priority":"P0"/)
})

test.runIf(hasCurl)('the README lists, corrects and exports', async () => {
  const commands = (await resultCommands()).filter((command) => !command.includes('/insights/stream'))
  const { id = '' } = (await answersOf('Try it'))[0] as { id?: string }
  const env = { ...process.env, LEAD_ID: id }
  const output = execFileSync('sh', ['-eu', '-c', commands.join('\n')], { encoding: 'utf8', cwd: dataDir, env })
  expect(output).toContain('"note":"Need urgent pricing for 50 seats')
  expect(output).toContain('"analyzer_verdict":{')
  expect(await readFile(join(dataDir, 'insights.csv'), 'utf8')).toContain(id)
})

test.runIf(hasCurl && hasGrpcurl)('the README reads the same insight over gRPC by reflection', async () => {
  expect((await answersOf('Try it', 'Three protocols')).at(-1)).toMatchObject({
    insight: { intent: 'INTENT_BUY', stage: 'STAGE_FINAL' },
  })
})

test.runIf(hasGrpcurl)('the gRPC commands of docs/protocols.md work', async () => {
  const guide = await readFile(join(ROOT, 'docs/protocols.md'), 'utf8')
  const commands = shellExamples(guide, 'gRPC without `.proto` files', ports)
  const output = execFileSync('sh', ['-eu', '-c', commands], { encoding: 'utf8' })
  for (const part of ['grpc.health.v1.Health', 'rpc CreateLead', '"SERVING"']) expect(output).toContain(part)
})

test('the banner shows the addresses, an example command and the data directory', () => {
  for (const text of [...Object.values(ports), 'curl', dataDir]) expect(output).toContain(text)
})

test('Ctrl-C stops every process', async () => {
  const exited = once(starter, 'exit')
  process.kill(-(starter.pid ?? 0), 'SIGINT')
  await exited
  for (const port of Object.values(ports)) await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow()
  if (existsSync('/proc/self')) {
    const left = spawnSync('pgrep', ['-fa', dataDir], { encoding: 'utf8' }).stdout
    expect(left).toBe('')
  }
})
