import { StartError } from '../start-error.ts'
import { openCache } from './cache.ts'
import { fromCache } from './from-cache.ts'
import { fromDebian } from './from-debian.ts'
import { fromEnv } from './from-env.ts'
import { fromGo } from './from-go.ts'
import { fromPath } from './from-path.ts'
import { fromRelease } from './from-release.ts'
import type { FoundProgram, NatsServerSource } from './source.ts'

/** Local programs first, then downloads, then building from source. */
const SOURCES: readonly NatsServerSource[] = [fromEnv, fromPath, fromCache, fromRelease, fromDebian, fromGo]

export interface FindOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly onProgress?: (line: string) => void
  readonly signal?: AbortSignal
  readonly sources?: readonly NatsServerSource[]
}

export interface FoundNatsServer extends FoundProgram {
  /** The name of the source: "PATH", "the cache folder". */
  readonly source: string
}

/** Finds, downloads or builds nats-server 2.9.4 or newer. Throws a `StartError` with the reason for each source. */
export async function findNatsServer(options: FindOptions = {}): Promise<FoundNatsServer> {
  const env = options.env ?? process.env
  const print = options.onProgress ?? (() => undefined)
  let cacheDir: Promise<string> | undefined
  const openCacheOnce = () => {
    cacheDir ??= openCache(env)
    return cacheDir
  }
  const search = { env, print, cacheDir: openCacheOnce, signal: options.signal }

  const failures: string[] = []
  for (const source of options.sources ?? SOURCES) {
    try {
      return { ...(await source.find(search)), source: source.name }
    } catch (error) {
      options.signal?.throwIfAborted()
      if (error instanceof StartError) throw error
      const failure = `${source.name}: ${(error as Error).message}`
      failures.push(`  ${failure}`)
      if (source.fetches) print(`nats-server: cannot use ${failure}`)
    }
  }
  throw new StartError(
    [
      'nats-server 2.9.4 or newer was not found and could not be downloaded:',
      ...failures,
      'Install it on PATH (https://github.com/nats-io/nats-server/releases), set NATS_SERVER_BIN to its path, or set',
      'NATS_URL to a running server with JetStream.',
    ].join('\n'),
  )
}
