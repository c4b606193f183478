import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Analysis } from '../../../../domain/analysis.ts'
import { isGenericReason } from './learned/explain.ts'
import { readNote } from './reading/read-note.ts'
import { createRuleAnalyzer } from './rule-analyzer.ts'

// Runs the notes of docs/triage-examples.md. UPDATE_EXAMPLES=1 writes the column of the present rules instead.
const { UPDATE_EXAMPLES } = process.env
const PAGE = new URL('../../../../docs/triage-examples.md', import.meta.url)
const RECEIVED_AT = new Date('2026-03-11T10:00:00Z')
/** Number, note, cell of the rules before, cell of the present rules. */
const ROW = /^\| (\d+) \| (.*) \| (.*) \| (.*) \|$/gm
const REASON = /^(.*): “(.*)”$/s
const BREAK = '<br>'

const page = readFileSync(PAGE, 'utf8')
const analyzer = createRuleAnalyzer()
const rows = [...page.matchAll(ROW)].map(([, number = '', note = '', before = '', now = '']) => {
  const [verdict = '', ...lines] = now.split(BREAK)
  const reasons = lines.map((line) => {
    const [, text = '', quote = ''] = REASON.exec(line) ?? []
    return { text, quote }
  })
  return { number, note: note.replaceAll(BREAK, '\n'), before, verdict, reasons }
})

function analyze(note: string): Promise<Analysis> {
  return analyzer.analyze({ note, receivedAt: RECEIVED_AT }, new AbortController().signal)
}

function verdictOf({ intent, priority }: Analysis): string {
  return `**${intent} ${priority}**`
}

function isFact({ text }: { readonly text: string }): boolean {
  return !isGenericReason(text)
}

describe.skipIf(UPDATE_EXAMPLES)('the examples in docs/triage-examples.md', () => {
  it('are twenty', () => {
    expect(rows).toHaveLength(20)
  })

  // generic reasons and the selection among minor findings may change with the weights
  it.each(rows)('$number have their verdict and their facts: $note', async ({ note, verdict, reasons }) => {
    const analysis = await analyze(note)
    expect(verdictOf(analysis)).toBe(verdict)
    const documented = reasons.filter(isFact).map(({ text }) => text)
    const found = readNote(note, RECEIVED_AT).findings.map(({ says, shown }) => shown ?? says)
    expect(found).toEqual(expect.arrayContaining(documented))
    const given = analysis.reasons.filter(isFact).map(({ text }) => text)
    if (documented.length > 0) expect(documented).toEqual(expect.arrayContaining(given.slice(0, 1)))
    for (const { quote } of reasons) expect(note.replaceAll('\n', ' ')).toContain(quote)
  })
})

it.runIf(UPDATE_EXAMPLES)('writes the examples', async () => {
  let updated = page
  for (const { number, note, before } of rows) {
    const analysis = await analyze(note)
    const reasons = analysis.reasons.map(
      ({ text, start, end }) => `${text}: “${note.slice(start, end).replaceAll('\n', ' ')}”`,
    )
    const cells = [number, note.replaceAll('\n', BREAK), before, [verdictOf(analysis), ...reasons].join(BREAK)]
    const isOld = new RegExp(`^\\| ${number} \\|.*$`, 'm')
    updated = updated.replace(isOld, () => `| ${cells.join(' | ')} |`)
  }
  writeFileSync(PAGE, updated)
})
