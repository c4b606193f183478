import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runProgram } from '../run-program.ts'
import { installInCache, withWorkFolder } from './cache.ts'
import { PROGRAM } from './program.ts'
import type { NatsServerSource, Search } from './source.ts'

/**
 * Debian's package, unpacked and not installed, so that it needs no root. apt checks signature and SHA-256.
 * First by the package lists the system has; when they are missing or out of date, by lists of our own.
 */
export const fromDebian: NatsServerSource = {
  name: "Debian's package",
  fetches: true,
  async find(search) {
    if (process.platform !== 'linux') throw new Error('this is not Linux')
    await runProgram('apt-get', ['--version'], { env: search.env, timeoutMs: 10_000 }).catch(() => {
      throw new Error('there is no apt-get')
    })
    const cacheDir = await search.cacheDir()
    return withWorkFolder(cacheDir, async (folder) => {
      search.say("nats-server: trying Debian's package")
      const deb = await fetchPackage(search, folder, []).catch(async () => {
        search.signal?.throwIfAborted()
        search.say("nats-server: reading Debian's package lists first")
        return fetchPackage(search, folder, await freshLists(search, folder))
      })
      const root = path.join(folder, 'root')
      await runProgram('dpkg-deb', ['-x', deb, root], { env: search.env, timeoutMs: 60_000, signal: search.signal })
      return installInCache(cacheDir, await findProgram(root), search.signal)
    })
  },
}

/** Quick to give up, and as ourselves: apt's own user `_apt` may not write into our folder. */
const APT_OPTIONS = [
  'APT::Sandbox::User=root',
  'Acquire::Retries=1',
  'Acquire::http::Timeout=8',
  'Acquire::https::Timeout=8',
  'Acquire::Languages=none',
]

async function fetchPackage(search: Search, folder: string, options: readonly string[]): Promise<string> {
  const words = [...APT_OPTIONS, ...options].flatMap((option) => ['-o', option])
  await runProgram('apt-get', [...words, 'download', 'nats-server'], {
    cwd: folder,
    env: search.env,
    timeoutMs: 120_000,
    signal: search.signal,
  })
  const deb = (await readdir(folder)).find((name) => name.endsWith('.deb'))
  if (!deb) throw new Error('apt-get left no package')
  return path.join(folder, deb)
}

/** Package lists in a folder of our own: the system's cannot be written without root, and are not ours to change. */
async function freshLists(search: Search, folder: string): Promise<string[]> {
  const state = path.join(folder, 'apt')
  await mkdir(path.join(state, 'lists', 'partial'), { recursive: true })
  await mkdir(path.join(state, 'cache', 'archives', 'partial'), { recursive: true })
  await writeFile(path.join(state, 'status'), '') // what is installed: nothing, as far as this is concerned
  const options = [
    `Dir::State::lists=${path.join(state, 'lists')}`,
    `Dir::State::status=${path.join(state, 'status')}`,
    `Dir::Cache=${path.join(state, 'cache')}`,
  ]
  const words = [...APT_OPTIONS, ...options].flatMap((option) => ['-o', option])
  await runProgram('apt-get', [...words, 'update'], { env: search.env, timeoutMs: 120_000, signal: search.signal })
  return options
}

async function findProgram(root: string): Promise<string> {
  const files = await readdir(root, { recursive: true, withFileTypes: true })
  const found = files.find((file) => file.isFile() && file.name === PROGRAM)
  if (!found) throw new Error('the package holds no nats-server')
  return path.join(found.parentPath, found.name)
}
