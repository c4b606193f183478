import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ServiceName } from '../../db/service-logins.ts'
import { type RunningProcess, trackChild } from '../../embedded/child-process.ts'
import { describeExit, type ProcessExit } from '../../embedded/embedded-server.ts'
import { lastLines } from '../../embedded/server-process.ts'
import { isServiceReady } from '../../embedded/service-process.ts'

/** A service that runs as a process of its own. */
export interface Service extends RunningProcess {
  readonly name: ServiceName
  /** Where it listens, for example `http://127.0.0.1:40123`. */
  readonly url: string
}

export interface ServiceOptions {
  readonly name: ServiceName
  readonly env: NodeJS.ProcessEnv
  /** More arguments for Node. */
  readonly nodeArgs?: readonly string[]
  /** Unused words on its command line, by which the guard knows it: see guard.ts. */
  readonly mark: string
  /** Takes its log. */
  readonly logFile: string
  /** Hears of the process as soon as there is one. */
  readonly onSpawn: (process: RunningProcess) => void
}

/** A service ended by itself before it served. The message has the end of its log, which never holds a note. */
export class EndedEarly extends Error {
  readonly exit: ProcessExit

  constructor(name: string, before: string, exit: ProcessExit) {
    super(`${name} ended (${describeExit(exit)}) before ${before}. Its last lines:\n${exit.lastLines}`)
    this.name = 'EndedEarly'
    this.exit = exit
  }
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** Also when the harness itself is killed, the services end: see embedded/end-with-starter.ts. */
const END_WITH_STARTER = new URL('../../embedded/end-with-starter.ts', import.meta.url).href

/** Starts a service and resolves when it listens; that it is ready is another matter: {@link untilReady}. */
export async function startService({
  name,
  env,
  nodeArgs = [],
  mark,
  logFile,
  onSpawn,
}: ServiceOptions): Promise<Service> {
  const child = spawn(
    process.execPath,
    [...nodeArgs, `--import=${END_WITH_STARTER}`, `services/${name}/main.ts`, mark],
    {
      cwd: ROOT,
      env,
      detached: true, // Ctrl-C is for the harness, which ends everything in order
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
  const logged = Promise.withResolvers<void>()
  const tracked = trackChild(child, {
    stopSteps: [
      { signal: 'SIGTERM', graceMs: 27_000 },
      { signal: 'SIGKILL', graceMs: 2_000 },
    ],
    atExit: 'SIGKILL',
    lastLines: async () => {
      await logged.promise // the last lines arrive after the exit
      return lastLines(logFile)
    },
  })
  onSpawn(tracked)
  if (child.stdout === null || child.stderr === null) throw new Error('the service has no output')
  const log = createWriteStream(logFile, { flags: 'a' })
  child.stderr.pipe(log, { end: false })
  child.once('close', () => log.end(logged.resolve))
  const { promise: url, resolve } = Promise.withResolvers<string>()
  createInterface(child.stdout).on('line', (line) => {
    log.write(`${line}\n`)
    const found = /"url":"(http:[^"]+)"/.exec(line)?.[1]
    if (found) resolve(found)
  })
  const early = tracked.exited.then((exit) => {
    throw new EndedEarly(name, 'it listened', exit)
  })
  early.catch(() => undefined) // whoever waits for the url sees it; later nobody needs to
  return { ...tracked, name, url: await Promise.race([url, early]) }
}

/**
 * Waits until the service says that it is ready.
 * @throws EndedEarly when it has ended before
 */
export async function untilReady(service: Service, signal: AbortSignal): Promise<void> {
  let ended: ProcessExit | undefined
  void service.exited.then((exit) => {
    ended = exit
  })
  while (!(await isServiceReady(service.url))) {
    signal.throwIfAborted()
    if (ended) throw new EndedEarly(service.name, 'it was ready', ended)
    await sleep(100)
  }
}
