import { parseArgs } from 'node:util'
import { ANALYZERS, analyzerNamed } from './analyzers.ts'
import { compare } from './compare.ts'
import { type LabelledNote, readLabelledNotes } from './labelled-notes.ts'
import { measure } from './measures.ts'
import { type Prediction, predict } from './predict.ts'
import { comparisonReport, reportOf } from './report.ts'

const USAGE = `Judges labelled notes with an analyzer and says how well it did.

  npm run eval -- [--data FILE] [--analyzer NAME] [--compare OTHER] [--json]

  --data FILE      JSONL with id, note, lang, intent, priority; may be given again; default: eval/data/dev*.jsonl
  --analyzer NAME  ${Object.keys(ANALYZERS).join(', ')}; default: rules
  --compare OTHER  a second analyzer, judged on the same notes
  --json           one JSON object instead of tables; shares from 0 to 1, milliseconds
`

const DEVELOPMENT_FILES = ['dev', 'dev-trades', 'dev-languages'].map(
  (name) => new URL(`data/${name}.jsonl`, import.meta.url),
)

/**
 * The command `npm run eval`.
 *
 * @returns the exit code: 0, or 2 when an argument or a file is wrong
 */
export async function runEval(args: string[]): Promise<number> {
  try {
    const { values } = parseArgs({
      args,
      options: {
        data: { type: 'string', multiple: true },
        analyzer: { type: 'string', default: 'rules' },
        compare: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) process.stdout.write(USAGE)
    else await evaluate({ ...values, notes: (values.data ?? DEVELOPMENT_FILES).flatMap(readLabelledNotes) })
    return 0
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    return 2
  }
}

interface Wish {
  readonly notes: readonly LabelledNote[]
  readonly analyzer: string
  readonly compare?: string
  readonly json: boolean
}

async function evaluate({ notes, analyzer, compare: other, json }: Wish): Promise<void> {
  if (notes.length === 0) throw new Error('there are no notes in the data')
  const predictions = await predict(analyzerNamed(analyzer), notes)
  const measures = measure(predictions)
  if (other === undefined) {
    print(
      json ? JSON.stringify(measures) : await withBaseline(analyzer, reportOf(analyzer, measures, predictions), notes),
    )
    return
  }
  const others = await predict(analyzerNamed(other), notes)
  const comparisons = compare(predictions, others)
  if (json) print(JSON.stringify({ [analyzer]: measures, [other]: measure(others), comparisons }))
  else print(`${reportOf(analyzer, measures, predictions)}\n\n${comparisonReport(analyzer, other, comparisons)}`)
}

/** The replaced system's way stands beside every report: it says what a figure is worth. */
async function withBaseline(analyzer: string, report: string, notes: readonly LabelledNote[]): Promise<string> {
  if (analyzer === 'keywords') return report
  const baseline: Prediction[] = await predict(analyzerNamed('keywords'), notes)
  const { intent_accuracy, priority_accuracy, both_accuracy } = measure(baseline)
  const figures = [intent_accuracy, priority_accuracy, both_accuracy].map((share) => share.toFixed(3))
  return `${report}\n\nthe keyword baseline on the same notes: intent ${figures[0]}, priority ${figures[1]}, both ${figures[2]}`
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

if (import.meta.main) process.exitCode = await runEval(process.argv.slice(2))
