import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram } from '../../../embedded/run-program.ts'

/** Pinned, so that a seed means the same cases. */
const VERSION = '4.32.5'
const INSTALL_WITHIN_MS = 300_000

/**
 * The program Schemathesis: the one that the environment variable SCHEMATHESIS names, else one that is installed from PyPI
 * for this run.
 *
 * @param dir takes the installation
 * @returns undefined when there is no Python 3
 */
export async function findSchemathesis(
  dir: string,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (process.env.SCHEMATHESIS) return process.env.SCHEMATHESIS
  const python = await runProgram('python3', ['--version'], { timeoutMs: 10_000, signal }).catch(() => undefined)
  if (python === undefined) return undefined
  say(`installing schemathesis ${VERSION} for ${python.trim()}`)
  const home = await mkdtemp(join(dir, 'schemathesis-'))
  const options = { timeoutMs: INSTALL_WITHIN_MS, signal }
  await runProgram('python3', ['-m', 'venv', home], options)
  await runProgram(join(home, 'bin/pip'), ['install', '--quiet', `schemathesis==${VERSION}`], options)
  return join(home, 'bin/schemathesis')
}
