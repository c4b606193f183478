import { parseArgs } from 'node:util'
import { ANALYZERS, analyzerNamed } from './analyzers.ts'
import { compare } from './compare.ts'
import { type LabelledNote, readDevelopmentNotes, readLabelledNotes } from './labelled-notes.ts'
import { measure } from './measures.ts'
import { type Prediction, predict } from './predict.ts'
import { comparisonReport, reportOf } from './report.ts'

const USAGE = `Measures the accuracy of an analyzer on labelled notes.

  npm run eval -- [--data FILE] [--analyzer NAME] [--compare OTHER] [--json]

  --data FILE      JSONL with id, note, lang, intent, priority; repeatable; default: eval/data/dev*.jsonl
  --analyzer NAME  ${Object.keys(ANALYZERS).join(', ')}; default: rules
  --compare OTHER  a second analyzer to run on the same notes
  --json           print one JSON object instead of tables; shares are from 0 to 1, times in milliseconds
`

/**
 * The command `npm run eval`.
 *
 * @returns the exit code: 0, or 2 when an argument or a file is invalid
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
    else await evaluate({ ...values, notes: values.data?.flatMap(readLabelledNotes) ?? readDevelopmentNotes().flat() })
    return 0
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    return 2
  }
}

interface Options {
  readonly notes: readonly LabelledNote[]
  readonly analyzer: string
  readonly compare?: string
  readonly json: boolean
}

async function evaluate({ notes, analyzer, compare: other, json }: Options): Promise<void> {
  if (notes.length === 0) throw new Error('the data contains no notes')
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

/** Appends the figures of the keyword baseline, for comparison. */
async function withBaseline(analyzer: string, report: string, notes: readonly LabelledNote[]): Promise<string> {
  if (analyzer === 'keywords') return report
  const baseline: Prediction[] = await predict(analyzerNamed('keywords'), notes)
  const { intent_accuracy, priority_accuracy, both_accuracy } = measure(baseline)
  const figures = [intent_accuracy, priority_accuracy, both_accuracy].map((share) => share.toFixed(3))
  return `${report}\n\nkeyword baseline on the same notes: intent ${figures[0]}, priority ${figures[1]}, both ${figures[2]}`
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

if (import.meta.main) process.exitCode = await runEval(process.argv.slice(2))
