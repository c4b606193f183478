import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readDevelopmentNotes } from '../../eval/labelled-notes.ts'

const directory = mkdtempSync(join(tmpdir(), 'leadtriage-bench-'))
afterAll(() => rmSync(directory, { recursive: true }))

function run(...args: string[]) {
  return spawnSync(process.execPath, ['bench/analyzer/run.ts', ...args], { encoding: 'utf8' })
}

// retried, because tests that run at the same time can double one of the times
test('a checkout compared with itself costs about the same', { timeout: 60_000, retry: 2 }, () => {
  const file = join(directory, 'notes.jsonl')
  const notes = readDevelopmentNotes()
    .flat()
    .filter(({ lang }) => lang === 'en')
    .slice(0, 500)
  writeFileSync(file, notes.map((note) => JSON.stringify(note)).join('\n'))
  const { status, stdout, stderr } = run('--compare', '.', '--data', file, '--rounds', '1', '--json')
  expect(stderr).toMatch(/^round 1 of 1, rules@\d+ of /)
  expect(status).toBe(0)
  const measured = JSON.parse(stdout)
  expect(measured).toMatchObject({ notes: 500, rounds: 1 })
  expect(measured.checkouts).toHaveLength(2)
  for (const mode of ['warm', 'cold']) {
    expect(measured.ratios[mode].median).toBeGreaterThan(0.5)
    expect(measured.ratios[mode].median).toBeLessThan(2)
  }
})

test('a directory that is no checkout is reported', () => {
  const { status, stderr } = run('--compare', directory)
  expect(status).toBe(2)
  expect(stderr).toContain(`${directory} contains no services/triage/analyzers/rules/rule-analyzer.ts`)
})
