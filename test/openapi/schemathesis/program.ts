import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram } from '../../../embedded/run-program.ts'

/** Pinned, so that a seed gives the same cases. */
const VERSION = '4.32.5'
const INSTALL_TIMEOUT_MS = 300_000

/**
 * Returns the path of Schemathesis: from the environment variable SCHEMATHESIS, or else installed from PyPI for this run.
 *
 * @param dir the folder to install into
 * @returns undefined if there is no Python 3
 */
export async function findSchemathesis(
  dir: string,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (process.env.SCHEMATHESIS) return process.env.SCHEMATHESIS
  const python = await runProgram('python3', ['--version'], { timeoutMs: 10_000, signal }).catch(() => undefined)
  if (python === undefined) return undefined
  print(`installing schemathesis ${VERSION} for ${python.trim()}`)
  const home = await mkdtemp(join(dir, 'schemathesis-'))
  const options = { timeoutMs: INSTALL_TIMEOUT_MS, signal }
  await runProgram('python3', ['-m', 'venv', home], options)
  await runProgram(join(home, 'bin/pip'), ['install', '--quiet', `schemathesis==${VERSION}`], options)
  return join(home, 'bin/schemathesis')
}
