import { spawnSync } from 'node:child_process'
import { checkGenerated } from './generated.ts'
import { checkImportArrows } from './import-arrows.ts'
import { checkLinks } from './links.ts'

/** One thing that must hold; `faults` is empty when it does. */
interface Check {
  readonly name: string
  readonly faults: () => string[]
}

const CHECKS: readonly Check[] = [
  { name: 'types', faults: () => faultsOf('tsc', []) },
  { name: 'lint and format', faults: () => faultsOf('biome', ['check', '--error-on-warnings', '.']) },
  { name: 'dead code', faults: () => faultsOf('knip', []) },
  { name: 'protobuf format', faults: () => faultsOf('buf', ['format', '--diff', '--exit-code', 'proto']) },
  { name: 'protobuf lint', faults: () => faultsOf('buf', ['lint']) },
  { name: 'protobuf breaking changes', faults: breakingChanges },
  { name: 'generated files are current', faults: checkGenerated },
  { name: 'import arrows', faults: checkImportArrows },
  { name: 'links in docs', faults: checkLinks },
]

function faultsOf(command: string, args: string[]): string[] {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  return status === 0 ? [] : [`${command} ${args.join(' ')}\n${stdout}${stderr}${error?.message ?? ''}`]
}

/** Against the last commit; when that is what we look at, against the one before it. */
function breakingChanges(): string[] {
  const git = (...args: string[]) => spawnSync('git', args, { encoding: 'utf8' }).status === 0
  const base = git('diff', '--quiet', 'HEAD', '--', 'proto') ? 'HEAD~1' : 'HEAD'
  if (!git('rev-parse', '--verify', `${base}:proto`)) return [] // the contract is as old as the repository
  return faultsOf('buf', ['breaking', 'proto', '--against', `.git#ref=${base},subdir=proto`])
}

let failed = 0
for (const { name, faults } of CHECKS) {
  const found = faults()
  process.stdout.write(`${found.length === 0 ? 'ok    ' : 'FAILED'} ${name}\n`)
  for (const fault of found) process.stdout.write(`${fault.trimEnd().replaceAll(/^/gm, '       ')}\n`)
  if (found.length > 0) failed += 1
}
process.stdout.write(`${CHECKS.length - failed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
