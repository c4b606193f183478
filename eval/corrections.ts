import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { Intent, Priority } from '../domain/vocabulary.ts'

/** A line of `leadtriage corrections export`: what a person determined, and what an analyzer had. */
const correctionSchema = z.object({
  intent: z.enum(Intent),
  priority: z.enum(Priority),
  analyzer_intent: z.enum(Intent),
  analyzer_priority: z.enum(Priority),
  confidence: z.number().min(0).max(1),
})
type ExportedCorrection = z.infer<typeof correctionSchema>

/** How often people agree with the analyzer, over the insights that they corrected or confirmed. */
interface Agreement {
  readonly n: number
  /** Shares from 0 to 1; null without corrections. */
  readonly intent: number | null
  readonly priority: number | null
  readonly both: number | null
  readonly mean_confidence: number | null
}

export interface AgreementMeasures extends Agreement {
  /** By the intent of the analyzer. */
  readonly per_intent: Readonly<Record<string, Agreement>>
  /** By the confidence of the analyzer; each bucket includes its lower bound. */
  readonly per_confidence: Readonly<Record<string, Agreement>>
}

/** Lower bounds. */
const BUCKETS = [0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95]

/** @throws Error that names the file, the line and each invalid field */
export function readCorrections(file: string): ExportedCorrection[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [parseLine(line, `${file}, line ${index + 1}`)]))
}

function parseLine(line: string, where: string): ExportedCorrection {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new Error(`${where}: not valid JSON`, { cause })
  }
  const parsed = correctionSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the line'}: ${issue.message}`)
  throw new Error(`${where}: ${faults.join('; ')}`)
}

export function measureAgreement(corrections: readonly ExportedCorrection[]): AgreementMeasures {
  const groupBy = (names: readonly string[], nameOf: (correction: ExportedCorrection) => string | undefined) =>
    Object.fromEntries(names.map((name) => [name, agreementOf(corrections.filter((each) => nameOf(each) === name))]))
  return {
    ...agreementOf(corrections),
    per_intent: groupBy(Object.values(Intent), (correction) => correction.analyzer_intent),
    per_confidence: groupBy(BUCKETS.map(String), ({ confidence }) =>
      String(BUCKETS.findLast((bound) => bound <= confidence)),
    ),
  }
}

function agreementOf(corrections: readonly ExportedCorrection[]): Agreement {
  const n = corrections.length
  const share = (value: (correction: ExportedCorrection) => number) =>
    n === 0 ? null : corrections.reduce((sum, correction) => sum + value(correction), 0) / n
  return {
    n,
    intent: share((each) => Number(each.intent === each.analyzer_intent)),
    priority: share((each) => Number(each.priority === each.analyzer_priority)),
    both: share((each) => Number(each.intent === each.analyzer_intent && each.priority === each.analyzer_priority)),
    mean_confidence: share((each) => each.confidence),
  }
}

export function agreementReport(measures: AgreementMeasures): string {
  const line = (name: string, { n, ...shares }: Agreement) => {
    const { intent, priority, both, mean_confidence } = shares
    const figures = [intent, priority, both, mean_confidence].map((share) => share?.toFixed(3) ?? '-')
    return [name.padEnd(12), String(n).padStart(6), ...figures.map((figure) => figure.padStart(10))].join(' ')
  }
  const head = ['', 'n', 'intent', 'priority', 'both', 'confidence']
  const table = (groups: Readonly<Record<string, Agreement>>, prefix = '') =>
    Object.entries(groups).flatMap(([name, group]) => (group.n === 0 ? [] : [line(`${prefix}${name}`, group)]))
  return [
    'agreement of people with the analyzer, over corrected and confirmed insights',
    [head[0]?.padEnd(12), head[1]?.padStart(6), ...head.slice(2).map((name) => name.padStart(10))].join(' '),
    line('all', measures),
    ...table(measures.per_intent),
    ...table(measures.per_confidence, 'from '),
  ].join('\n')
}
