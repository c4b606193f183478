import { expect, test } from 'vitest'
import { referencesIn } from './file-references.ts'

test.each([
  ['// see lead-store.ts and docs/triage.md', ['lead-store.ts', 'docs/triage.md']],
  ['/**\n * As `lib/mailbox/mailbox.ts` does.\n */', ['lib/mailbox/mailbox.ts']],
  ['run: x # made by manifests.ts', ['manifests.ts']],
  ["import { a } from './a.ts'", []],
  ["const url = 'https://example.com/a.ts'", []],
  ['// any `*.test.ts` under {a,b}.ts', []],
])('%s', (text, names) => {
  expect(referencesIn(text)).toEqual(names)
})
