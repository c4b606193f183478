import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { trySignal } from '../../embedded/processes.ts'
import { runProgram } from '../../embedded/run-program.ts'

/*
 * A process beside the harness that cleans up when the harness is killed and cannot: it ends every process that
 * carries the name of the run's folder among its words, and removes the folder. It hears of the death by the end of
 * its standard input, which also comes when the harness has cleaned up itself: then there is nothing left to find.
 */

/** @returns what lets the reaper go; to be called when all is cleaned up */
export function startReaper(scratchDir: string): () => void {
  const reaper = spawn(process.execPath, [fileURLToPath(import.meta.url), scratchDir], {
    detached: true, // Ctrl-C is for the harness
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  reaper.unref()
  return () => reaper.stdin.end()
}

async function cleanUp(scratchDir: string): Promise<void> {
  const lines = (await runProgram('ps', ['-A', '-ww', '-o', 'pid=,args='], { timeoutMs: 5_000 })).split('\n')
  for (const line of lines.filter((words) => words.includes(scratchDir))) {
    const pid = Number.parseInt(line, 10)
    if (pid !== process.pid) trySignal(pid, 'SIGKILL')
  }
  rmSync(scratchDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}

if (import.meta.main) {
  const scratchDir = process.argv[2]
  // the folder's name must be one that nobody else's words can hold
  if (scratchDir?.includes('leadtriage-testkit-')) process.stdin.resume().on('end', () => void cleanUp(scratchDir))
}
