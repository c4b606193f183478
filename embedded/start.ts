/*
 * `npm start`: runs everything on this machine. See run.ts for the steps, settings.ts for the settings.
 */
import { enableCompileCache } from 'node:module'
import { parseCommandLine, USAGE } from './command-line.ts'
import { compileCache, readSettings } from './settings.ts'
import { listenForSignals } from './signals.ts'
import { StartError } from './start-error.ts'

const say = (line: string) => void process.stdout.write(`${line}\n`)
process.stdout.on('error', () => undefined) // the terminal was closed, which SIGHUP handles

const commandLine = parseCommandLine(process.argv.slice(2))
if (commandLine.kind === 'help') {
  say(USAGE)
} else if (commandLine.kind === 'invalid') {
  process.stderr.write(`Unknown option ${commandLine.argument}\n\n${USAGE}\n`)
  process.exitCode = 2
} else {
  const signal = listenForSignals(say)
  try {
    const settings = readSettings(process.env)
    enableCompileCache(compileCache(settings)) // before the other modules are loaded: saves 10 MB from the second start on
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
