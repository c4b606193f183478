import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Intent, nextActionFor, Priority } from './vocabulary.ts'

const DOCUMENTED = readFileSync(new URL('../docs/triage.md', import.meta.url), 'utf8')

/** The rows of the first table below a sentence, split into cells, without the separator row. */
function tableBelow(sentence: string): string[][] {
  const [, below = ''] = DOCUMENTED.split(sentence)
  const rows = below
    .trim()
    .split(/\n(?!\|)/)[0]
    ?.split('\n')
  return (rows ?? []).filter((row) => !row.includes('---')).map(cellsOf)
}

function cellsOf(row: string): string[] {
  const cells = row.split('|').slice(1, -1)
  return cells.map((cell) => cell.trim())
}

test('the next action for each intent and priority is the one in docs/triage.md', () => {
  const [head = [], ...rows] = tableBelow('The next action follows from the two:')
  const documented = rows.flatMap(([intent, ...actions]) => actions.map((action, i) => [intent, head[i + 1], action]))
  const decided = Object.values(Intent).flatMap((intent) =>
    Object.values(Priority).map((priority) => [intent, priority, nextActionFor(intent, priority)]),
  )
  expect(decided.toSorted()).toEqual(documented.toSorted())
})
