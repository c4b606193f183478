import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkAnchors } from './anchors.ts'
import { auditDependencies, type Skipped } from './audit.ts'
import { checkFileReferences } from './file-references.ts'
import { checkImportArrows } from './import-arrows.ts'
import { checkLinks } from './links.ts'
import { checkSettings } from './settings.ts'
import { checkVocabulary } from './vocabulary.ts'

/** `faults` returns what is wrong, an empty list when the check passes, or why it cannot run here. */
interface Check {
  readonly name: string
  readonly faults: () => string[] | Skipped
}

const CHECKS: readonly Check[] = [
  { name: 'types', faults: () => faultsOf('tsc', []) },
  { name: 'lint and format', faults: () => faultsOf('biome', ['check', '--error-on-warnings', '.']) },
  { name: 'dead code', faults: () => faultsOf('knip', []) },
  { name: 'protobuf format', faults: () => faultsOf('buf', ['format', '--diff', '--exit-code', 'proto']) },
  { name: 'protobuf lint', faults: () => faultsOf('buf', ['lint']) },
  { name: 'protobuf breaking changes', faults: breakingChanges },
  { name: 'generated files are current', faults: generatedFiles },
  { name: 'import arrows', faults: checkImportArrows },
  { name: 'links in docs', faults: checkLinks },
  { name: 'anchors in docs', faults: checkAnchors },
  { name: 'documented settings', faults: checkSettings },
  { name: 'file references in comments', faults: checkFileReferences },
  { name: 'vocabulary', faults: checkVocabulary },
  { name: 'vulnerabilities of production packages', faults: auditDependencies },
]

function faultsOf(command: string, args: string[]): string[] {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  return status === 0 ? [] : [`${command} ${args.join(' ')}\n${stdout}${stderr}${error?.message ?? ''}`]
}

/** Compares with the last commit, or with its parent when proto/ has no uncommitted changes. */
function breakingChanges(): string[] {
  const git = (...args: string[]) => spawnSync('git', args, { encoding: 'utf8' }).status === 0
  const base = git('diff', '--quiet', 'HEAD', '--', 'proto') ? 'HEAD~1' : 'HEAD'
  if (!git('rev-parse', '--verify', `${base}:proto`)) return [] // no earlier contract, as in a shallow clone
  return faultsOf('buf', ['breaking', 'proto', '--against', `.git#ref=${base},subdir=proto`])
}

/** Generates `gen/` into a temporary directory and compares it with the committed one. */
function generatedFiles(): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'leadtriage-gen-'))
  try {
    execFileSync('buf', ['generate', '--output', directory], { stdio: 'pipe' })
    const { status, stdout } = spawnSync('git', ['diff', '--no-index', '--stat', 'gen', join(directory, 'gen')], {
      encoding: 'utf8',
    })
    return status === 0 ? [] : [`gen/ is out of date with proto/; run "npm run generate"\n${stdout}`]
  } finally {
    rmSync(directory, { recursive: true })
  }
}

let [passed, failed] = [0, 0]
for (const { name, faults } of CHECKS) {
  const found = faults()
  if ('skipped' in found) {
    process.stdout.write(`skip   ${name}: ${found.skipped}\n`)
    continue
  }
  process.stdout.write(`${found.length === 0 ? 'ok    ' : 'FAILED'} ${name}\n`)
  for (const fault of found) process.stdout.write(`${fault.trimEnd().replaceAll(/^/gm, '       ')}\n`)
  if (found.length > 0) failed += 1
  else passed += 1
}
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
