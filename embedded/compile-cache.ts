import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { runProgram } from './run-program.ts'
import { compileCache, PROJECT_ROOT, SERVICES, type Settings } from './settings.ts'

const TIMEOUT_MS = 60_000

/**
 * Fills the compile cache in a short-lived process before the services start for the first time. A service that has to
 * strip the types itself starts more slowly and keeps the 25 MB that this takes.
 */
export async function fillCompileCache(settings: Settings, signal: AbortSignal): Promise<void> {
  const folder = compileCache(settings)
  if ((await readdir(folder, { recursive: true }).catch(() => [])).length > MIN_FILES) return
  // importing a service's main.ts does not start it
  const mains = SERVICES.map(({ name }) => pathToFileURL(path.join(PROJECT_ROOT, 'services', name, 'main.ts')).href)
  const script = `for (const main of ${JSON.stringify(mains)}) await import(main)`
  const env = { ...process.env, NODE_COMPILE_CACHE: folder }
  await runProgram(process.execPath, ['--input-type=module', '--eval', script], { timeoutMs: TIMEOUT_MS, env, signal })
}

/** The cache always has the files of `npm start`; the services add some hundreds more. */
const MIN_FILES = 300
