import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { type RunningProcess, trackChild } from '../../embedded/child-process.ts'
import { environmentForNode, NODE_ARGS } from './node.ts'

/** A program of the benchmark's own that runs as a process: a peer's part, or the other side of a limit. */
export interface NodeProgram extends RunningProcess {
  /** What it said when it was ready: where it listens, if it does. */
  readonly url: string
}

const END_WITH_STARTER = new URL('../../embedded/end-with-starter.ts', import.meta.url).href
const READY = /^ready ?(.*)$/

/**
 * @param program its URL
 * @param scratchDir of the run; also a mark on the command line, see testkit/processes/reaper.ts
 */
export async function startNodeProgram(options: {
  program: URL
  env: NodeJS.ProcessEnv
  scratchDir: string
  logFile: string
}): Promise<NodeProgram> {
  const { program, env, scratchDir, logFile } = options
  const child = spawn(process.execPath, [...NODE_ARGS, `--import=${END_WITH_STARTER}`, program.pathname, scratchDir], {
    env: { ...environmentForNode(scratchDir), ...env },
    detached: true, // Ctrl-C is for the starter
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const tracked = trackChild(child, {
    stopSteps: [
      { signal: 'SIGTERM', graceMs: 10_000 },
      { signal: 'SIGKILL', graceMs: 2_000 },
    ],
    atExit: 'SIGKILL',
    lastLines: () => '',
  })
  const log = createWriteStream(logFile)
  child.stderr?.pipe(log, { end: false })
  child.once('close', () => log.end())
  const { promise: ready, resolve } = Promise.withResolvers<string>()
  if (child.stdout === null) throw new Error('the program has no output')
  createInterface(child.stdout).on('line', (line) => {
    const url = READY.exec(line)?.[1]
    if (url === undefined) log.write(`${line}\n`)
    else resolve(url)
  })
  const early = tracked.exited.then(({ code, signal }) => {
    throw new Error(`${program.pathname} ended (${signal ?? code}) before it was ready; its log: ${logFile}`)
  })
  early.catch(() => undefined) // later nobody needs to know
  return { ...tracked, url: await Promise.race([ready, early]) }
}

/** Said by the program itself. */
export function sayReady(url = ''): void {
  process.stdout.write(`ready ${url}\n`)
}
