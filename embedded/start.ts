/*
 * `npm start`: everything on this machine. What it does is in run.ts, what it is told in command-line.ts and settings.ts.
 */
import { enableCompileCache } from 'node:module'
import { parseCommandLine, USAGE } from './command-line.ts'
import { compileCache, readSettings } from './settings.ts'
import { listenForSignals } from './signals.ts'
import { StartError } from './start-error.ts'

const say = (line: string) => void process.stdout.write(`${line}\n`)
process.stdout.on('error', () => undefined) // the terminal was closed: SIGHUP says so

const commandLine = parseCommandLine(process.argv.slice(2))
if (commandLine.kind === 'help') {
  say(USAGE)
} else if (commandLine.kind === 'wrong') {
  process.stderr.write(`${commandLine.argument} is not an option of this.\n\n${USAGE}\n`)
  process.exitCode = 2
} else {
  const signal = listenForSignals(say)
  try {
    const settings = readSettings(process.env)
    enableCompileCache(compileCache(settings)) // before the other files are loaded: from the second start on 10 MB less
    const { run } = await import('./run.ts')
    await run(settings, commandLine.fresh, say, signal)
  } catch (error) {
    if (error !== signal.reason) fail(error)
  }
  if (signal.aborted) say('stopped')
  process.exit()
}

function fail(error: unknown): void {
  const text = error instanceof StartError ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`\n${text}\n`)
  process.exitCode = 1
}
