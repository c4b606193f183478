import { mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const ROOT = path.join(import.meta.dirname, '../..')
const EXAMPLE = /^```yaml\n(# kustomization\.yaml\n.*?)^```/ms

/** Renders the overlay of one's own that the docs show, beside a checkout of this repository as they say. */
export function renderDocsExample(kustomize: (folder: string) => string): string {
  const [, example] = EXAMPLE.exec(readFileSync(path.join(ROOT, 'docs/operations/kubernetes.md'), 'utf8')) ?? []
  if (example === undefined) throw new Error('docs/operations/kubernetes.md shows no kustomization.yaml')
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'leadtriage-docs-'))
  try {
    symlinkSync(ROOT, path.join(folder, 'leadtriage'))
    writeFileSync(path.join(folder, 'kustomization.yaml'), example)
    return kustomize(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
