import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { PINNED_VERSION } from './pinned-release.ts'
import { checkProgram, compareVersions, PROGRAM } from './program.ts'
import type { NatsServerSource } from './source.ts'

/** A program that an earlier run downloaded: the pinned version, or else the newest. */
export const fromCache: NatsServerSource = {
  name: 'the cache folder',
  fetches: false,
  async find(search) {
    const cacheDir = await search.cacheDir()
    const versions = (await readdir(cacheDir)).filter((name) => name.startsWith('v')).map((name) => name.slice(1))
    const errors: string[] = []
    for (const version of versions.sort(pinnedThenNewest)) {
      try {
        return await checkProgram(path.join(cacheDir, `v${version}`, PROGRAM), search.signal)
      } catch (error) {
        errors.push((error as Error).message)
      }
    }
    throw new Error(errors.join('; ') || `${cacheDir} is empty`)
  },
}

function pinnedThenNewest(a: string, b: string): number {
  return Number(b === PINNED_VERSION) - Number(a === PINNED_VERSION) || compareVersions(b, a)
}
