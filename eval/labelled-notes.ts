import { readdirSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { Intent, Priority } from '../domain/vocabulary.ts'

/** A note with the labels of a careful human reader, by the rules of docs/triage.md. */
export interface LabelledNote {
  readonly id: string
  readonly note: string
  /** ISO 639-1. */
  readonly lang: string
  readonly intent: Intent
  /** Missing in collections that label intents only. */
  readonly priority?: Priority | undefined
  /** ISO 8601 with an offset. Given where a date or weekday in the note matters. */
  readonly received?: string | undefined
  /** Missing in collections without labelled tags; empty when the note has none. */
  readonly tags?: readonly string[] | undefined
}

/** A note with both labels, as training needs it. */
export type TrainingNote = LabelledNote & { readonly priority: Priority }

/**
 * When notes without a `received` time count as received. A Wednesday, so that "by Friday" is within the week and
 * "on Monday" is not, as their labels mostly assume.
 */
const DEFAULT_RECEIVED = '2026-03-11T10:00:00Z'

/** The time that dates in the note count from. */
export function receivedAtOf({ received = DEFAULT_RECEIVED }: LabelledNote): Date {
  return new Date(received)
}

const DATA = new URL('data/', import.meta.url)
export const DEVELOPMENT_FILES = ['dev.jsonl', 'dev-trades.jsonl', 'dev-languages.jsonl'] as const

const labelledNoteSchema = z.object({
  id: z.string(),
  note: z.string(),
  lang: z.string(),
  intent: z.enum(Intent),
  priority: z.enum(Priority).optional(),
  tags: z.array(z.string()).optional(),
  received: z.iso.datetime({ offset: true }).optional(),
})

/**
 * Reads a JSONL file of objects with `id, note, lang, intent` and optionally `priority`, `tags` and `received`. Ignores
 * other fields and blank lines.
 *
 * @throws Error that names the file, the line and each invalid field
 */
export function readLabelledNotes(file: string | URL): LabelledNote[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [parseLine(line, `${file}, line ${index + 1}`)]))
}

/** The development notes, one list per file. Cross-validation tests on each file in turn. */
export function readDevelopmentNotes(): TrainingNote[][] {
  return DEVELOPMENT_FILES.map((name) => readTrainingNotes(new URL(name, DATA)))
}

/** Notes for training only, written without knowledge of the development notes; see `eval/data/README.md`. */
export function readWrittenNotes(): TrainingNote[] {
  const directory = new URL('written/', DATA)
  return readdirSync(directory)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readTrainingNotes(new URL(name, directory)))
}

/** Like {@link readLabelledNotes}. @throws Error also for a note without a priority */
export function readTrainingNotes(file: string | URL): TrainingNote[] {
  return readLabelledNotes(file).map((labelled) => {
    const { id, priority } = labelled
    if (priority === undefined) throw new Error(`${file}: ${id} has no priority`)
    return { ...labelled, priority }
  })
}

function parseLine(line: string, where: string): LabelledNote {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new Error(`${where}: not valid JSON`, { cause })
  }
  const parsed = labelledNoteSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the line'}: ${issue.message}`)
  throw new Error(`${where}: ${faults.join('; ')}`)
}
