import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { SERVICE_NAMES } from '../../../db/service-logins.ts'
import type { Context, Counts } from '../../../testkit/run-main.ts'
import { parseInteger, parseSeed, runMain } from '../../../testkit/run-main.ts'
import type { Product } from './product.ts'
import { startProduct } from './product.ts'
import { findSchemathesis } from './program.ts'

/*
 * Starts the product and runs Schemathesis against it: valid and invalid requests, generated from the OpenAPI documents,
 * whose responses must be as documented. Needs Python 3 and PyPI, or the path of Schemathesis in SCHEMATHESIS.
 *
 *   npm run test:schemathesis -- --seed 7 --examples 200
 */

const USAGE = `npm run test:schemathesis -- [--seed N] [--examples N]
  --seed N      the same seed generates the same requests; default 13
  --examples N  at most this many requests per operation; default 150
`

interface Options {
  readonly seed: number
  readonly examples: number
}

function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: 'string', default: '13' }, examples: { type: 'string', default: '150' } },
  })
  return { seed: parseSeed(values.seed), examples: parseInteger('--examples', values.examples) }
}

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

async function runSchemathesis(
  program: string,
  url: string,
  scratchDir: string,
  { seed, examples }: Options,
  { print, signal }: Context,
): Promise<Report> {
  const reportFile = join(scratchDir, 'report.json')
  const child = spawn(
    program,
    [
      `--config-file=${join(scratchDir, 'schemathesis.toml')}`,
      'run',
      `${url}/openapi.json`,
      `--seed=${seed}`,
      `--max-examples=${examples}`,
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
  if (report.failures.length + report.errors.length > 0) print(stdout)
  return report
}

async function testServices(
  program: string,
  { urls, scratchDir, leadIds }: Product,
  options: Options,
  context: Context,
): Promise<Counts> {
  await writeFile(join(scratchDir, 'schemathesis.toml'), configuration(leadIds))
  const counts = { passed: 0, failed: 0 }
  for (const name of SERVICE_NAMES) {
    const report = await runSchemathesis(program, urls[name], scratchDir, options, context)
    const { test_cases: cases, failures, errors } = report
    context.print(`${failures.length + errors.length === 0 ? 'ok    ' : 'FAILED'} ${name}: ${cases.generated} cases`)
    const bad = Math.max(cases.with_failures + cases.errored, failures.length + errors.length)
    counts.failed += bad
    counts.passed += cases.generated - bad
  }
  return counts
}

async function main(options: Options, context: Context): Promise<Counts | undefined> {
  const { print, signal } = context
  const workDir = await mkdtemp(join(tmpdir(), 'leadtriage-schemathesis-'))
  try {
    const program = await findSchemathesis(workDir, print, signal)
    if (program === undefined) {
      print('skipped: python3 is not installed')
      return undefined
    }
    const product = await startProduct(print, signal)
    let exitFaults: string[] = []
    const counts = await testServices(program, product, options, context).finally(async () => {
      exitFaults = await product.stop()
      for (const fault of exitFaults) print(fault)
    })
    return { ...counts, failed: counts.failed + exitFaults.length }
  } finally {
    await rm(workDir, { recursive: true, force: true })
  }
}

await runMain({ usage: USAGE, parseOptions, main })
