import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Context } from '../testkit/run-main.ts'
import { runMain } from '../testkit/run-main.ts'
import { type CompareOptions, compareCheckouts } from './compare/compare.ts'
import { describeLeads, readLeads } from './load/leads.ts'
import { describeMachine } from './machine.ts'
import { measureAll } from './measure-all.ts'
import type { Options } from './options.ts'
import { parseOptions, USAGE } from './options.ts'
import { withSummary } from './report/summary.ts'
import { toMarkdown } from './report/tables.ts'
import type { Results } from './results.ts'
import { startServers } from './stack/servers.ts'

/*
 * The command `npm run bench`: measures the product, its layers and its peers in one run on one machine.
 * docs/performance.md explains the figures.
 */

const PERFORMANCE_PAGE = fileURLToPath(new URL('../docs/performance.md', import.meta.url))
const RESULTS_DIR = fileURLToPath(new URL('results/', import.meta.url))

async function main(options: Options | CompareOptions, { print, signal }: Context): Promise<undefined> {
  if ('directories' in options) return void (await compareCheckouts(options, { print, signal }))
  const startedAt = new Date()
  const servers = await startServers(print)
  try {
    const results: Results = {
      run: startedAt.toISOString().slice(0, 16).replaceAll(/[-:]/g, ''),
      machine: describeMachine(servers),
      sent: describeLeads(readLeads()),
      ...{
        limits: [],
        protocols: [],
        latency: [],
        reads: undefined,
        lists: [],
        workers: [],
        stored: [],
        peers: [],
        notes: [],
      },
    }
    const secondsIn = () => Math.round((Date.now() - startedAt.getTime()) / 1_000)
    await measureAll({ options, servers, results, signal, print: (line) => print(`${secondsIn()} s  ${line}`) })
    const markdown = toMarkdown(results)
    process.stdout.write(options.json ? `${JSON.stringify(results, null, 2)}\n` : markdown)
    if (!options.quick && options.only.length === 0) await save(results, markdown, print)
  } finally {
    await servers.stop()
  }
  print(`took ${Math.round((Date.now() - startedAt.getTime()) / 1_000)} s`)
}

async function save(results: Results, markdown: string, print: Context['print']): Promise<void> {
  const { drawPictures } = await import('./report/pictures.ts')
  await mkdir(RESULTS_DIR, { recursive: true })
  const files = {
    'latest.json': `${JSON.stringify(results)}\n`,
    'latest.md': markdown,
    ...drawPictures(results),
  }
  for (const [name, content] of Object.entries(files)) await writeFile(`${RESULTS_DIR}${name}`, content)
  await writeFile(PERFORMANCE_PAGE, withSummary(await readFile(PERFORMANCE_PAGE, 'utf8'), results))
  print(`wrote ${RESULTS_DIR} and ${PERFORMANCE_PAGE}`)
}

await runMain({ usage: USAGE, parseOptions, reportTo: process.stderr, main })
