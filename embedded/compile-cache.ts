import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { runProgram } from './run-program.ts'
import { compileCache, PROJECT_ROOT, SERVICES, type Settings } from './settings.ts'

const TIMEOUT_MS = 60_000

/**
 * Fills the compile cache before the services start for the first time, in a process that ends again: a service that
 * has to remove the types itself keeps 25 MB of memory for it as long as it lives, and starts later.
 */
export async function fillCompileCache(settings: Settings, signal: AbortSignal): Promise<void> {
  const folder = compileCache(settings)
  if ((await readdir(folder, { recursive: true }).catch(() => [])).length > ENOUGH) return
  // loading a service's main.ts does not start it
  const mains = SERVICES.map(({ name }) => pathToFileURL(path.join(PROJECT_ROOT, 'services', name, 'main.ts')).href)
  const script = `for (const main of ${JSON.stringify(mains)}) await import(main)`
  const env = { ...process.env, NODE_COMPILE_CACHE: folder }
  await runProgram(process.execPath, ['--input-type=module', '--eval', script], { timeoutMs: TIMEOUT_MS, env, signal })
}

/** The starter's own files are in the cache by then; the services have some hundreds more. */
const ENOUGH = 300
