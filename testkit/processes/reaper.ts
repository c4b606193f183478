import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { trySignal } from '../../embedded/processes.ts'
import { runProgram } from '../../embedded/run-program.ts'

/*
 * A process that cleans up after a run that was killed: it kills every process with the run's folder on its command
 * line, and removes the folder. It starts when its standard input ends. That also happens after a run that has cleaned
 * up itself, which leaves it nothing to do.
 */

/** @returns a function that ends the reaper, to be called when everything is cleaned up */
export function startReaper(scratchDir: string): () => void {
  const reaper = spawn(process.execPath, [fileURLToPath(import.meta.url), scratchDir], {
    detached: true, // Ctrl-C must reach only the run
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
  // a name that the command line of no other program contains
  if (scratchDir?.includes('leadtriage-testkit-')) process.stdin.resume().on('end', () => void cleanUp(scratchDir))
}
