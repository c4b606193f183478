import { StartError } from '../start-error.ts'
import { openCache } from './cache.ts'
import { fromCache } from './from-cache.ts'
import { fromDebian } from './from-debian.ts'
import { fromEnv } from './from-env.ts'
import { fromGo } from './from-go.ts'
import { fromPath } from './from-path.ts'
import { fromRelease } from './from-release.ts'
import type { FoundProgram, NatsServerSource } from './source.ts'

/** What is at hand first, what must be fetched after it, what must be built last. */
const SOURCES: readonly NatsServerSource[] = [fromEnv, fromPath, fromCache, fromRelease, fromDebian, fromGo]

export interface FindOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly onProgress?: (line: string) => void
  readonly signal?: AbortSignal
  readonly sources?: readonly NatsServerSource[]
}

export interface FoundNatsServer extends FoundProgram {
  /** Where it comes from, for people: "PATH", "the cache folder". */
  readonly source: string
}

/** Finds, fetches or builds a nats-server of 2.9.4 or newer. Throws a `StartError` that says why nothing worked. */
export async function findNatsServer(options: FindOptions = {}): Promise<FoundNatsServer> {
  const env = options.env ?? process.env
  const say = options.onProgress ?? (() => undefined)
  let cacheDir: Promise<string> | undefined
  const openCacheOnce = () => {
    cacheDir ??= openCache(env)
    return cacheDir
  }
  const search = { env, say, cacheDir: openCacheOnce, signal: options.signal }

  const faults: string[] = []
  for (const source of options.sources ?? SOURCES) {
    try {
      return { ...(await source.find(search)), source: source.name }
    } catch (error) {
      options.signal?.throwIfAborted()
      if (error instanceof StartError) throw error
      const fault = `${source.name}: ${(error as Error).message}`
      faults.push(`  ${fault}`)
      if (source.fetches) say(`nats-server: no luck with ${fault}`)
    }
  }
  throw new StartError(
    [
      'There is no nats-server (2.9.4 or newer) here, and none could be fetched:',
      ...faults,
      'Install it (https://github.com/nats-io/nats-server/releases) and put it on PATH, or name it with',
      'NATS_SERVER_BIN, or set NATS_URL to a server with JetStream that runs already.',
    ].join('\n'),
  )
}
