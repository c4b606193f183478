import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readDevelopmentNotes, readLabelledNotes, readWrittenNotes } from '../../eval/labelled-notes.ts'
import { type Context, parseInteger, runMain } from '../../testkit/run-main.ts'
import { inMixedOrder } from '../load/leads.ts'
import { section, whole } from '../report/markdown-table.ts'
import { type CheckoutCosts, type Measured, measureCheckouts, type Ratio, START_NOTES } from './measure-checkouts.ts'
import { RULE_ANALYZER } from './measured-process.ts'

/*
 * The command `npm run bench:analyzer`: measures the CPU time of the rule analyzer, alone or in turns with that of
 * another checkout of this repository. docs/performance.md explains the figures.
 */

const THIS_CHECKOUT = resolve(fileURLToPath(new URL('../..', import.meta.url)))

const USAGE = `Measures the CPU time of the rule analyzer per note.

  npm run bench:analyzer -- [--compare DIR] [--data FILE]… [--rounds N] [--json]

  --compare DIR  also measure the rule analyzer of another checkout of this repository, in turns with this one. It
                 needs a node_modules folder
  --data FILE    JSONL in the format of npm run eval; repeatable, the notes of all files are one set; default: eval/data
  --rounds N     default: 7. With eval/data each takes about 20 s, and 30 s more for rules@2
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
    ordinaryNotes: ownNotes,
  })
  process.stdout.write(json ? `${JSON.stringify(measured)}\n` : `${tableOf(measured)}\n`)
}

function tableOf({ notes, rounds, checkouts, ratios }: Measured): string {
  const rows: [name: string, cost: (checkout: CheckoutCosts) => number, ratio?: Ratio | undefined][] = [
    ['warm, µs per note', ({ costs }) => costs.warm, ratios?.warm],
    ['cold, µs per note', ({ costs }) => costs.cold, ratios?.cold],
    ['first reading, µs per note', ({ costs }) => costs.first, ratios?.first],
    ['load, ms', ({ costs }) => costs.load, ratios?.load],
    [`first ${whole(START_NOTES)} notes, ms`, ({ costs }) => costs.start, ratios?.start],
    ['slowest of the long notes, ms', ({ costs }) => costs.slowest, ratios?.slowest],
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
      ...[name, ...checkouts.map((checkout) => cost(checkout).toFixed(1))],
      ...(ratios
        ? [ratio?.median.toFixed(2) ?? '', ratio ? `${ratio.lowest.toFixed(2)} to ${ratio.highest.toFixed(2)}` : '']
        : []),
    ]),
  )
}

await runMain({ usage: USAGE, parseOptions, reportTo: process.stderr, main })
