import path from 'node:path'
import { runProgram } from '../run-program.ts'
import { installInCache, withWorkFolder } from './cache.ts'
import { PINNED_VERSION } from './pinned-release.ts'
import { PROGRAM } from './program.ts'
import type { NatsServerSource } from './source.ts'

/** The pinned version, built from source if Go is installed. Go checks the sources against its checksum database. */
export const fromGo: NatsServerSource = {
  name: `go install of ${PINNED_VERSION}`,
  fetches: true,
  async find({ env, print, signal, ...search }) {
    await runProgram('go', ['version'], { timeoutMs: 10_000, env, signal }).catch(() => {
      throw new Error('Go is not installed')
    })
    const cacheDir = await search.cacheDir()
    return withWorkFolder(cacheDir, async (folder) => {
      print(`nats-server: building ${PINNED_VERSION} with Go, which takes about a minute`)
      await runProgram('go', ['install', '-trimpath', `github.com/nats-io/nats-server/v2@v${PINNED_VERSION}`], {
        cwd: folder,
        env: { ...env, GOBIN: folder, CGO_ENABLED: '0' },
        timeoutMs: 600_000,
        signal,
        onLine: (line) => print(`nats-server: ${line}`),
      })
      return installInCache(cacheDir, path.join(folder, PROGRAM), signal)
    })
  },
}
