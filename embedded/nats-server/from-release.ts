import path from 'node:path'
import { runProgram } from '../run-program.ts'
import { installInCache, withWorkFolder } from './cache.ts'
import { type DownloadOptions, download } from './download.ts'
import { PINNED_ARCHIVES, PINNED_RELEASE_URL, PINNED_VERSION, type ReleaseArchive } from './pinned-release.ts'
import { PROGRAM } from './program.ts'
import type { FoundProgram, NatsServerSource, Search } from './source.ts'

export interface Release {
  readonly url: string
  readonly archive: ReleaseArchive | undefined
  readonly timeouts: Pick<DownloadOptions, 'responseTimeoutMs' | 'idleTimeoutMs' | 'totalTimeoutMs'>
}

const PINNED: Release = {
  url: PINNED_RELEASE_URL,
  archive: PINNED_ARCHIVES[`${process.platform}-${process.arch}`],
  timeouts: { responseTimeoutMs: 8_000, idleTimeoutMs: 15_000, totalTimeoutMs: 600_000 },
}

/** The official archive of the pinned version, with its SHA-256 checked. */
export const fromRelease: NatsServerSource = {
  name: `the release archive of ${PINNED_VERSION} on GitHub`,
  fetches: true,
  find: (search) => findInRelease(search, PINNED),
}

/** `fromRelease` with another release, for tests. */
export async function findInRelease(search: Search, release: Release): Promise<FoundProgram> {
  const { archive } = release
  if (!archive) throw new Error(`no archive for ${process.platform}-${process.arch}`)
  const cacheDir = await search.cacheDir()
  return withWorkFolder(cacheDir, async (folder) => {
    const file = path.join(folder, archive.file)
    search.print(`nats-server: downloading ${release.url}/${archive.file}`)
    const sha256 = await download({
      url: `${release.url}/${archive.file}`,
      file,
      ...release.timeouts,
      onProgress: quarterSteps(search.print),
      signal: search.signal,
    })
    if (sha256 !== archive.sha256) throw new Error(`wrong SHA-256 of ${archive.file}: ${sha256}`)

    // tar reads .tar.gz on every system, and .zip on Windows
    await runProgram('tar', ['-xf', file, '-C', folder], { env: search.env, timeoutMs: 60_000, signal: search.signal })
    const unpacked = path.join(folder, archive.file.replace(/\.(tar\.gz|zip)$/, ''), PROGRAM)
    return installInCache(cacheDir, unpacked, search.signal)
  })
}

/** Prints the progress at each quarter of the download. */
function quarterSteps(print: (line: string) => void): (bytes: number, total: number | undefined) => void {
  let printed = 0
  return (bytes, total) => {
    if (total === undefined) return
    const quarter = Math.floor((4 * bytes) / total)
    if (quarter <= printed) return
    printed = quarter
    print(`nats-server: ${quarter * 25} % of ${(total / 1e6).toFixed(1)} MB`)
  }
}
