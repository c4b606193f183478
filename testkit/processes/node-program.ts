import { join } from 'node:path'
import type { RunningProcess } from '../../embedded/child-process.ts'
import { spawnNode } from '../../embedded/node-process.ts'

/** A program of the benchmark that runs as a process: a part of a peer, or the server of a limit. */
export interface NodeProgram extends RunningProcess {
  /** What it reported when it was ready: where it listens, if it does. */
  readonly url: string
}

/**
 * Options for every Node process of a benchmark: services, layers, peers and load generator. As in the image of the
 * services, the space for new objects is larger than V8's default, so that fewer of them are copied before they die.
 */
export const NODE_ARGS: readonly string[] = ['--max-semi-space-size=64']

const READY = /^ready ?(.*)$/

/**
 * The environment of services, layers and peers. As in the image, compiled code is cached, so that they start sooner.
 * `NODE_OPTIONS='--cpu-prof --cpu-prof-dir=…'` reaches every process and profiles it.
 *
 * @param scratchDir a folder of this run
 */
export function environmentForNode(scratchDir: string): NodeJS.ProcessEnv {
  const { PATH, NODE_OPTIONS } = process.env
  const NODE_COMPILE_CACHE = join(scratchDir, 'compile-cache')
  return { PATH, NODE_COMPILE_CACHE, ...(NODE_OPTIONS !== undefined && { NODE_OPTIONS }) }
}

/**
 * @param program its URL
 * @param scratchDir of the run; also the argument by which the reaper finds the process, see
 * testkit/processes/reaper.ts
 */
export async function startNodeProgram(options: {
  program: URL
  env: NodeJS.ProcessEnv
  scratchDir: string
  logFile: string
}): Promise<NodeProgram> {
  const { program, env, scratchDir, logFile } = options
  const { promise: ready, resolve } = Promise.withResolvers<string>()
  const child = spawnNode({
    main: program.pathname,
    args: [scratchDir],
    nodeArgs: NODE_ARGS,
    env: { ...environmentForNode(scratchDir), ...env },
    logFile,
    onLine: (line, stream) => {
      const url = stream === 'stdout' ? READY.exec(line)?.[1] : undefined
      if (url !== undefined) resolve(url)
    },
    stopSteps: [
      { signal: 'SIGTERM', graceMs: 10_000 },
      { signal: 'SIGKILL', graceMs: 2_000 },
    ],
  })
  const early = child.exited.then(({ code, signal, lastLines }) => {
    throw new Error(`${program.pathname} ended (${signal ?? code}) before it was ready. Its last lines:\n${lastLines}`)
  })
  early.catch(() => undefined) // once it is ready, an exit is reported by `exited` alone
  return { ...child, url: await Promise.race([ready, early]) }
}

/** Called by the program itself. */
export function reportReady(url = ''): void {
  process.stdout.write(`ready ${url}\n`)
}
