import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runProgram } from '../run-program.ts'
import { installInCache, withWorkFolder } from './cache.ts'
import { PROGRAM } from './program.ts'
import type { NatsServerSource, Search } from './source.ts'

/**
 * Debian's package, unpacked but not installed, which needs no root. apt checks signature and SHA-256. Uses the system's
 * package lists first. If they are missing or out of date, downloads its own.
 */
export const fromDebian: NatsServerSource = {
  name: "Debian's package",
  fetches: true,
  async find(search) {
    if (process.platform !== 'linux') throw new Error('only on Linux')
    await runProgram('apt-get', ['--version'], { env: search.env, timeoutMs: 10_000 }).catch(() => {
      throw new Error('apt-get is not installed')
    })
    const cacheDir = await search.cacheDir()
    return withWorkFolder(cacheDir, async (folder) => {
      search.print("nats-server: downloading Debian's package")
      const deb = await fetchPackage(search, folder, []).catch(async () => {
        search.signal?.throwIfAborted()
        search.print("nats-server: downloading Debian's package lists")
        return fetchPackage(search, folder, await freshLists(search, folder))
      })
      const root = path.join(folder, 'root')
      await runProgram('dpkg-deb', ['-x', deb, root], { env: search.env, timeoutMs: 60_000, signal: search.signal })
      return installInCache(cacheDir, await findProgram(root), search.signal)
    })
  },
}

/** Short timeouts, and the current user: apt's own user `_apt` cannot write to the folder. */
const APT_OPTIONS = [
  'APT::Sandbox::User=root',
  'Acquire::Retries=1',
  'Acquire::http::Timeout=8',
  'Acquire::https::Timeout=8',
  'Acquire::Languages=none',
]

async function fetchPackage(search: Search, folder: string, options: readonly string[]): Promise<string> {
  const optionArgs = [...APT_OPTIONS, ...options].flatMap((option) => ['-o', option])
  await runProgram('apt-get', [...optionArgs, 'download', 'nats-server'], {
    cwd: folder,
    env: search.env,
    timeoutMs: 120_000,
    signal: search.signal,
  })
  const deb = (await readdir(folder)).find((name) => name.endsWith('.deb'))
  if (!deb) throw new Error('apt-get downloaded no package')
  return path.join(folder, deb)
}

/** Downloads package lists into a separate folder: the system's lists need root and must not change. */
async function freshLists(search: Search, folder: string): Promise<string[]> {
  const state = path.join(folder, 'apt')
  await mkdir(path.join(state, 'lists', 'partial'), { recursive: true })
  await mkdir(path.join(state, 'cache', 'archives', 'partial'), { recursive: true })
  await writeFile(path.join(state, 'status'), '') // the list of installed packages, which is not needed
  const options = [
    `Dir::State::lists=${path.join(state, 'lists')}`,
    `Dir::State::status=${path.join(state, 'status')}`,
    `Dir::Cache=${path.join(state, 'cache')}`,
  ]
  const optionArgs = [...APT_OPTIONS, ...options].flatMap((option) => ['-o', option])
  await runProgram('apt-get', [...optionArgs, 'update'], { env: search.env, timeoutMs: 120_000, signal: search.signal })
  return options
}

async function findProgram(root: string): Promise<string> {
  const files = await readdir(root, { recursive: true, withFileTypes: true })
  const found = files.find((file) => file.isFile() && file.name === PROGRAM)
  if (!found) throw new Error('the package has no nats-server')
  return path.join(found.parentPath, found.name)
}
