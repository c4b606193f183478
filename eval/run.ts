import { parseArgs } from 'node:util'
import { ANALYZERS, analyzerNamed } from './analyzers.ts'
import { compare } from './compare.ts'
import { agreementReport, measureAgreement, readCorrections } from './corrections.ts'
import { type LabelledNote, readDevelopmentNotes, readLabelledNotes } from './labelled-notes.ts'
import { macroAverage, measure, scoresOfFile } from './measures.ts'
import { type Prediction, predict } from './predict.ts'
import { comparisonReport, fileReport, reportOf } from './report.ts'

const USAGE = `Measures the accuracy of an analyzer on labelled notes.

  npm run eval -- [--data FILE] [--analyzer NAME] [--compare OTHER] [--json]

  --data FILE      JSONL with id, note, lang, intent and optionally priority, tags and received; default:
                   eval/data/dev*.jsonl. Dates in a note count from received (ISO 8601 with an offset), or from
                   2026-03-11T10:00:00Z, a Wednesday. Repeat it for a table of files and their macro average, in
                   which each file weighs the same
  --analyzer NAME  ${Object.keys(ANALYZERS).join(', ')}; default: rules
  --compare OTHER  a second analyzer to run on the same notes
  --corrections FILE  measures instead how often people agreed with the analyzer, in a file of
                   "leadtriage corrections export": by intent and by confidence
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
        corrections: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) process.stdout.write(USAGE)
    else if (values.corrections !== undefined) printAgreement(values.corrections, values.json)
    else await evaluate({ ...values, files: readFiles(values.data) })
    return 0
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    return 2
  }
}

function printAgreement(file: string, json: boolean): void {
  const measures = measureAgreement(readCorrections(file))
  print(json ? JSON.stringify(measures) : agreementReport(measures))
}

/** The notes by file; the development notes count as one. */
function readFiles(paths: readonly string[] | undefined): [name: string, notes: LabelledNote[]][] {
  if (paths === undefined) return [['development notes', readDevelopmentNotes().flat()]]
  return paths.map((path) => [path, readLabelledNotes(path)])
}

interface Options {
  readonly files: readonly (readonly [name: string, notes: readonly LabelledNote[]])[]
  readonly analyzer: string
  readonly compare?: string
  readonly json: boolean
}

async function evaluate({ files, analyzer, compare: other, json }: Options): Promise<void> {
  const notes = files.flatMap(([, ofFile]) => ofFile)
  if (notes.length === 0) throw new Error('the data contains no notes')
  const predictions = await predict(analyzerNamed(analyzer), notes)
  const perFile = scoresByFile(files, predictions)
  const measures = { ...measure(predictions), ...(files.length > 1 && perFile) }
  const report = () => {
    const pooled = reportOf(analyzer, measures, predictions)
    return files.length > 1 ? `${pooled}\n\n${fileReport(perFile.per_file)}` : pooled
  }
  if (other === undefined) {
    print(json ? JSON.stringify(measures) : await withBaseline(analyzer, report(), notes))
    return
  }
  const others = await predict(analyzerNamed(other), notes)
  const comparisons = compare(predictions, others)
  if (json) print(JSON.stringify({ [analyzer]: measures, [other]: measure(others), comparisons }))
  else print(`${report()}\n\n${comparisonReport(analyzer, other, comparisons)}`)
}

function scoresByFile(files: Options['files'], predictions: readonly Prediction[]) {
  const ofNote = new Map(predictions.map((prediction) => [prediction.labelled, prediction]))
  const scores = files.map(
    ([name, notes]) => [name, scoresOfFile(notes.flatMap((note) => ofNote.get(note) ?? []))] as const,
  )
  return { per_file: Object.fromEntries(scores), macro_average: macroAverage(scores.map(([, ofFile]) => ofFile)) }
}

/** Appends the figures of the keyword baseline, for comparison. */
async function withBaseline(analyzer: string, report: string, notes: readonly LabelledNote[]): Promise<string> {
  if (analyzer === 'keywords') return report
  const baseline: Prediction[] = await predict(analyzerNamed('keywords'), notes)
  const { intent_accuracy, priority_accuracy, both_accuracy } = measure(baseline)
  const figures = [intent_accuracy, priority_accuracy, both_accuracy].map((share) => share?.toFixed(3) ?? 'none')
  return `${report}\n\nkeyword baseline on the same notes: intent ${figures[0]}, priority ${figures[1]}, both ${figures[2]}`
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

if (import.meta.main) process.exitCode = await runEval(process.argv.slice(2))
