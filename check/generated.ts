import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Generates `gen/` anew beside the committed one and compares. */
export function checkGenerated(): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'leadtriage-gen-'))
  try {
    execFileSync('buf', ['generate', '--output', directory], { stdio: 'pipe' })
    const { status, stdout } = spawnSync('git', ['diff', '--no-index', '--stat', 'gen', join(directory, 'gen')], {
      encoding: 'utf8',
    })
    return status === 0 ? [] : [`gen/ is not what proto/ gives; run "npm run generate"\n${stdout}`]
  } finally {
    rmSync(directory, { recursive: true })
  }
}
