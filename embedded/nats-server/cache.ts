import { randomBytes } from 'node:crypto'
import { chmod, lstat, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { checkProgram, PROGRAM } from './program.ts'
import type { FoundProgram } from './source.ts'

/**
 * Opens the folder that keeps programs between runs, `…/leadtriage/nats-server` in the user's cache folder. If that is not
 * writable, uses one in the system's temporary folder. Creates the folder if necessary.
 */
export async function openCache(env: NodeJS.ProcessEnv): Promise<string> {
  const cacheDir = path.join(userCacheFolder(env), 'leadtriage', 'nats-server')
  try {
    await mkdir(cacheDir, { recursive: true })
    await rm(await mkdtemp(path.join(cacheDir, '.probe-')), { recursive: true })
    return cacheDir
  } catch {
    return openTemporaryCache()
  }
}

/** Calls `use` with a new folder inside the cache, so on the same file system, and removes it afterwards. */
export async function withWorkFolder<T>(cacheDir: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(cacheDir, '.work-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Checks that a fetched program runs and moves it into the cache. The rename is atomic: two processes that fetch at the
 * same time both succeed, and the cache never has an incomplete program.
 */
export async function installInCache(cacheDir: string, bin: string, signal?: AbortSignal): Promise<FoundProgram> {
  await chmod(bin, 0o755)
  const { version } = await checkProgram(bin, signal)
  const folder = path.join(cacheDir, `v${version}`)
  await mkdir(folder, { recursive: true })
  const installed = path.join(folder, PROGRAM)
  await rename(bin, installed)
  return { bin: installed, version }
}

function userCacheFolder(env: NodeJS.ProcessEnv): string {
  if (env.XDG_CACHE_HOME && path.isAbsolute(env.XDG_CACHE_HOME)) return env.XDG_CACHE_HOME
  const home = env.HOME || os.homedir()
  if (process.platform === 'darwin') return path.join(home, 'Library', 'Caches')
  if (process.platform === 'win32' && env.LOCALAPPDATA) return env.LOCALAPPDATA
  return path.join(home, '.cache')
}

/**
 * Any user can write to the temporary folder, and the cached program is executed. An existing folder is therefore used
 * only if it belongs to this user and is closed to others. Otherwise a new one is created for this run.
 */
async function openTemporaryCache(): Promise<string> {
  const uid = process.getuid?.() ?? os.userInfo().username
  const known = path.join(os.tmpdir(), `leadtriage-nats-server-${uid}`)
  await mkdir(known, { mode: 0o700 }).catch(() => undefined)
  const stats = await lstat(known).catch(() => undefined)
  if (stats?.isDirectory() && stats.uid === (process.getuid?.() ?? stats.uid) && (stats.mode & 0o077) === 0)
    return known
  const own = `${known}-${randomBytes(6).toString('hex')}`
  await mkdir(own, { mode: 0o700 })
  return own
}
