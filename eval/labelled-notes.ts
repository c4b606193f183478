import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { Intent, Priority } from '../domain/vocabulary.ts'

/** A note and what a careful reader made of it, by docs/triage.md. */
export interface LabelledNote {
  readonly id: string
  readonly note: string
  /** ISO 639-1. */
  readonly lang: string
  readonly intent: Intent
  readonly priority: Priority
}

const labelledNoteSchema = z.object({
  id: z.string(),
  note: z.string(),
  lang: z.string(),
  intent: z.enum(Intent),
  priority: z.enum(Priority),
})

/**
 * Reads a JSONL file of `id, note, lang, intent, priority` and whatever else, one object a line; blank lines are skipped.
 *
 * @throws Error that names the file, the line and what is wrong with it
 */
export function readLabelledNotes(file: string | URL): LabelledNote[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [parseLine(line, `${file}, line ${index + 1}`)]))
}

function parseLine(line: string, where: string): LabelledNote {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new Error(`${where}: is not JSON`, { cause })
  }
  const parsed = labelledNoteSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the line'}: ${issue.message}`)
  throw new Error(`${where}: ${faults.join('; ')}`)
}
