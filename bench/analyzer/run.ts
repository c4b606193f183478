import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readDevelopmentNotes, readLabelledNotes, readWrittenNotes } from '../../eval/labelled-notes.ts'
import { type Context, parseInteger, runMain } from '../../testkit/run-main.ts'
import { inMixedOrder } from '../load/leads.ts'
import { section, whole } from '../report/markdown-table.ts'
import { type CheckoutCosts, type Measured, measureCheckouts, type Ratio } from './measure-checkouts.ts'
import { RULE_ANALYZER } from './measured-process.ts'

/*
 * The command `npm run bench:analyzer`: measures the CPU time of the rule analyzer, alone or in turns with that of
 * another checkout of this repository. docs/performance.md explains the figures.
 */

const THIS_CHECKOUT = resolve(fileURLToPath(new URL('../..', import.meta.url)))
/** Every fifth note of eval/data, for the JIT compiler: enough that more change nothing. */
const WARM_UP_SHARE = 5

const USAGE = `Measures the CPU time of the rule analyzer per note.

  npm run bench:analyzer -- [--compare DIR] [--data FILE]… [--rounds N] [--json]

  --compare DIR  also measure the rule analyzer of another checkout of this repository, in turns with this one. It
                 needs a node_modules folder
  --data FILE    JSONL in the format of npm run eval; repeatable, the notes of all files are one set; default: eval/data
  --rounds N     default: 7. Each takes about 15 s per checkout with eval/data
  --json         print the results as JSON
`

interface Options {
  readonly directories: readonly string[]
  readonly files: readonly string[]
  readonly rounds: number
  readonly json: boolean
}

/** @throws Error when an argument is invalid */
function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      compare: { type: 'string' },
      data: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '7' },
      json: { type: 'boolean', default: false },
    },
  })
  const { compare, data, rounds, json } = values
  const directories = [THIS_CHECKOUT, ...(compare === undefined ? [] : [resolve(compare)])]
  for (const directory of directories) {
    if (!existsSync(join(directory, RULE_ANALYZER))) throw new Error(`${directory} contains no ${RULE_ANALYZER}`)
  }
  return {
    directories,
    files: data,
    rounds: parseInteger('--rounds', rounds),
    json,
  }
}

async function main({ directories, files, rounds, json }: Options, { print, signal }: Context): Promise<undefined> {
  const ownNotes = inMixedOrder([...readDevelopmentNotes().flat(), ...readWrittenNotes()].map(({ note }) => note))
  const fileNotes = files.flatMap((file) => readLabelledNotes(file)).map(({ note }) => note)
  const measured = await measureCheckouts({
    ...{ directories, rounds, print, signal },
    notes: files.length > 0 ? inMixedOrder(fileNotes) : ownNotes,
    otherNotes: ownNotes.filter((_, i) => i % WARM_UP_SHARE === 0),
  })
  process.stdout.write(json ? `${JSON.stringify(measured)}\n` : `${tableOf(measured)}\n`)
}

function tableOf({ notes, rounds, checkouts, ratios }: Measured): string {
  const rows: [name: string, cost: (costs: CheckoutCosts) => number, ratio?: Ratio | undefined][] = [
    ['warm, µs per note', ({ warmMicroseconds }) => warmMicroseconds, ratios?.warm],
    ['cold, µs per note', ({ coldMicroseconds }) => coldMicroseconds, ratios?.cold],
    ['slowest of the long notes, ms', ({ slowestMs }) => slowestMs, ratios?.slowest],
    ...Object.keys(checkouts[0]?.longNotesMs ?? {}).map((name): (typeof rows)[number] => [
      `- ${name}, ms`,
      ({ longNotesMs }) => longNotesMs[name] ?? 0,
    ]),
  ]
  return section(
    `CPU time of the rule analyzer: ${whole(notes)} notes, median of ${rounds} rounds`,
    [
      ...['', ...checkouts.map(({ analyzer, directory }) => `${analyzer} of ${directory}`)],
      ...(ratios ? ['ratio', 'range'] : []),
    ],
    rows.map(([name, cost, ratio]) => [
      ...[name, ...checkouts.map((costs) => cost(costs).toFixed(1))],
      ...(ratios
        ? [ratio?.median.toFixed(2) ?? '', ratio ? `${ratio.lowest.toFixed(2)} to ${ratio.highest.toFixed(2)}` : '']
        : []),
    ]),
  )
}

await runMain({ usage: USAGE, parseOptions, reportTo: process.stderr, main })
