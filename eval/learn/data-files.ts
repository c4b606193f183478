import { readdirSync } from 'node:fs'
import { type LabelledNote, readLabelledNotes } from '../labelled-notes.ts'

const DATA = new URL('../data/', import.meta.url)

/** The development notes: each is in turn the one that is tested on. */
export const DEVELOPMENT_FILES = ['dev.jsonl', 'dev-trades.jsonl', 'dev-languages.jsonl'] as const

export function readDevelopmentNotes(): LabelledNote[][] {
  return DEVELOPMENT_FILES.map((name) => readLabelledNotes(new URL(name, DATA)))
}

/** Notes written for learning only, without knowledge of the development notes; see `eval/data/README.md`. */
export function readWrittenNotes(): LabelledNote[] {
  const directory = new URL('written/', DATA)
  return readdirSync(directory)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readLabelledNotes(new URL(name, directory)))
}
