import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { SERVICE_NAMES } from '../../../db/service-logins.ts'
import { listenForSignals } from '../../../embedded/signals.ts'
import type { Product } from './product.ts'
import { startProduct } from './product.ts'
import { findSchemathesis } from './program.ts'

/*
 * Starts the product and runs Schemathesis against it: valid and invalid requests, generated from the OpenAPI documents,
 * whose responses must be as documented. Needs Python 3 and PyPI, or the path of Schemathesis in SCHEMATHESIS.
 *
 *   npm run test:schemathesis -- --seed 7 --examples 200
 */

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '13' }, examples: { type: 'string', default: '150' } },
})

const say = (line: string) => void process.stdout.write(`${line}\n`)
const signal = listenForSignals(say)

interface Report {
  readonly test_cases: { readonly generated: number; readonly with_failures: number; readonly errored: number }
  readonly failures: readonly unknown[]
  readonly errors: readonly unknown[]
}

/** The server assigns lead ids and page tokens: half of the ids in requests are real, and the page token is empty. */
function configuration(leadIds: readonly string[]): string {
  return `
suppress-health-check = ["too_slow"]
hooks = ${JSON.stringify(fileURLToPath(new URL('hooks.py', import.meta.url)))}

[dictionaries.leads]
values = ${JSON.stringify(leadIds)}

[parameters]
"path.lead_id" = { dictionary = "leads", probability = 0.5 }
"query.page_token" = ""

[checks]
enabled = true

# the document describes rows of NDJSON and CSV as text only, since JSON Schema cannot describe them
[[operations]]
include-operation-id = "importLeads"
checks.positive_data_acceptance.enabled = false
checks.negative_data_rejection.enabled = false
`
}

async function runSchemathesis(program: string, url: string, scratchDir: string): Promise<Report> {
  const reportFile = join(scratchDir, 'report.json')
  const child = spawn(
    program,
    [
      `--config-file=${join(scratchDir, 'schemathesis.toml')}`,
      'run',
      `${url}/openapi.json`,
      `--seed=${values.seed}`,
      `--max-examples=${values.examples}`,
      '--continue-on-failure',
      '--generation-database=none',
      '--request-timeout=65',
      '--output-sanitize=false',
      `--report=json`,
      `--report-json-path=${reportFile}`,
    ],
    { cwd: scratchDir, stdio: ['ignore', 'pipe', 'pipe'], signal },
  )
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  const report = await readFile(reportFile, 'utf8').then(
    (json) => JSON.parse(json) as Report,
    () => undefined,
  )
  if (report === undefined) throw new Error(`Schemathesis did not write a report:\n${stdout}${stderr}`)
  if (report.failures.length + report.errors.length > 0) say(stdout)
  return report
}

async function testServices(program: string, { urls, scratchDir, leadIds }: Product): Promise<void> {
  await writeFile(join(scratchDir, 'schemathesis.toml'), configuration(leadIds))
  let passed = 0
  let failed = 0
  for (const name of SERVICE_NAMES) {
    const { test_cases: cases, failures, errors } = await runSchemathesis(program, urls[name], scratchDir)
    say(`${failures.length + errors.length === 0 ? 'ok    ' : 'FAILED'} ${name}: ${cases.generated} cases`)
    const bad = Math.max(cases.with_failures + cases.errored, failures.length + errors.length)
    failed += bad
    passed += cases.generated - bad
  }
  say(`${passed} passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
}

const workDir = await mkdtemp(join(tmpdir(), 'leadtriage-schemathesis-'))
let product: Product | undefined
try {
  const program = await findSchemathesis(workDir, say, signal)
  if (program === undefined) {
    say('skipped: python3 is not installed')
  } else {
    product = await startProduct(say, signal)
    await testServices(program, product)
  }
} finally {
  for (const message of (await product?.stop()) ?? []) {
    say(message)
    process.exitCode = 1
  }
  await rm(workDir, { recursive: true, force: true })
}
