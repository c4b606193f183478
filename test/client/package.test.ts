import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../testkit/eventually.ts'
import type { ServiceProcess } from '../../testkit/fixtures/services.ts'
import { useServices } from '../../testkit/fixtures/services.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { CHROMIUM, useChromium } from '../browser/chromium.ts'
import { createScratchProject, type ScratchProject } from './packed-client.ts'

/* The client as others get it: built, packed, and installed into a project outside the repository. */

const MAX_BROWSER_BYTES = 30_000

const stack = useStack()
const start = useServices(stack)
let project: ScratchProject
let intake: ServiceProcess
let insights: ServiceProcess

let script = ''
const site = createServer((request, response) => {
  if (request.url === '/script.js') return void response.setHeader('content-type', 'text/javascript').end(script)
  response
    .setHeader('content-type', 'text/html')
    .end('<!doctype html><title>waiting</title><script type="module" src="/script.js"></script>')
})

beforeAll(async () => {
  site.listen(0, '127.0.0.1')
  await once(site, 'listening')
  const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  ;[project, intake, insights] = await Promise.all([
    createScratchProject(),
    start('intake', { CORS_ORIGINS: origin }),
    start('insights', { CORS_ORIGINS: origin }),
    start('triage'),
  ])
}, 60_000)
afterAll(async () => {
  site.closeAllConnections()
  site.close()
  await rm(project.folder, { recursive: true })
})

/** The example of a Markdown file in the repository, with the addresses of the services. */
async function example(file: string): Promise<string> {
  const text = await readFile(path.join(import.meta.dirname, '../..', file), 'utf8')
  const [, code = ''] = /^```ts\n(import \{ createLeadtriage[\s\S]*?)^```$/m.exec(text) ?? []
  return code.replace('http://127.0.0.1:8000', intake.url).replace('http://127.0.0.1:8001', insights.url)
}

test('publint and attw find nothing wrong with the tarball', async () => {
  await project.run('publint', project.tarball, '--strict')
  await project.run('attw', '--profile', 'esm-only', project.tarball)
}, 60_000)

test.each(['README.md', 'docs/client.md'])('the example of %s runs in Node', async (file) => {
  const name = await project.write('example.mjs', await example(file))
  expect(await project.run('node', name)).toMatch(/^buy P[01]/)
})

test('gRPC works from its own entry', async () => {
  const code = (await example('README.md'))
    .replace("from '@leadtriage/client'", "from '@leadtriage/client'\nimport { grpc } from '@leadtriage/client/node'")
    .replace('const urls = {', 'const urls = { transport: grpc,')
  const name = await project.write('grpc.mjs', `${code}\nprocess.exit()`)
  expect(await project.run('node', name)).toContain('buy P0 call')
})

test.each([
  ['bundler', 'esnext'],
  ['node16', 'node16'],
])('the example has types under moduleResolution %s', async (moduleResolution, module) => {
  const wrong = (await example('README.md')).replaceAll('lead.id', 'lead.identity')
  await project.write('right.ts', `${await example('README.md')}\nexport {}`)
  await project.write('wrong.ts', wrong)
  const compilerOptions = { ...{ strict: true, noEmit: true, target: 'es2022', lib: ['es2022', 'dom'] }, types: [] }
  const config = (file: string) =>
    JSON.stringify({ compilerOptions: { ...compilerOptions, module, moduleResolution }, files: [file] })
  await project.write('right.json', config('right.ts'))
  await project.write('wrong.json', config('wrong.ts'))
  await project.run('tsc', '--project', 'right.json')
  await expect(project.run('tsc', '--project', 'wrong.json')).rejects.toThrow("'identity' does not exist")
})

/** Bundles a program of the project as Vite does it for a page. */
async function bundle(code: string): Promise<string> {
  const input = await project.write('page.js', code)
  const result = await build({
    ...{ configFile: false, logLevel: 'silent', root: project.folder },
    build: { write: false, modulePreload: false, target: 'es2022', rolldownOptions: { input } },
  })
  const [first] = [result].flat()
  const chunk = first !== undefined && 'output' in first ? first.output[0] : undefined
  return chunk?.code ?? expect.unreachable()
}

const page = () => `
  import { createLeadtriage } from '@leadtriage/client'
  const { leads, insights } = createLeadtriage({ intakeUrl: '${intake.url}', insightsUrl: '${insights.url}' })
  const { lead } = await leads.create({ note: 'Need urgent pricing for 50 seats ASAP! Want to buy next week.' })
  for await (const event of insights.watch({ intents: ['buy'] }, { includeOpen: true })) {
    if (event.type === 'insight' && event.lead.id === lead.id) document.title = event.insight.priority
  }`

test('a page that stores a lead and watches its insight loads at most 30 kB', async () => {
  const code = await bundle(page())
  expect(brotliCompressSync(code).length).toBeLessThan(MAX_BROWSER_BYTES)
  expect(code).not.toContain('node:http')
})

test('a program gets only what it uses', async () => {
  const code = await bundle(
    `import { LeadtriageError } from '@leadtriage/client'; document.title = LeadtriageError.name`,
  )
  expect(code.length).toBeLessThan(2_000)
})

describe.skipIf(CHROMIUM === undefined)('in a browser', () => {
  const browser = useChromium()

  test('a page stores a lead and watches its insight', async () => {
    script = await bundle(page())
    const tab = await browser().newPage()
    await tab.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`)
    await eventually(async () => (await tab.title()) === 'P0')
    await tab.close()
  })
})
