/*
 * `npm start`: runs everything on this machine. See run.ts for the steps, settings.ts for the settings.
 */
import { enableCompileCache } from 'node:module'
import { compileCache, readSettings } from './settings.ts'
import { listenForSignals } from './signals.ts'
import { StartError } from './start-error.ts'

const USAGE = `Runs leadtriage on this machine: PostgreSQL, nats-server and the three services.

  npm start                 start with the data of the last run
  npm start -- --fresh      remove the data of earlier runs first
  npm start -- --help       print this text

Settings are environment variables:
  INTAKE_PORT=8000  INSIGHTS_PORT=8001  TRIAGE_PORT=8002  HOST=127.0.0.1
  DATABASE_URL     use this PostgreSQL instead of starting one
  NATS_URL         use this nats-server (with JetStream) instead of starting one
  DATABASE_URL_FILE, NATS_URL_FILE  the paths of files with these URLs
  NATS_SERVER_BIN  the path of the nats-server to start
  DATA_DIR=.data   the folder for data and logs; a log larger than 8 MiB is moved to .log.1`

const print = (line: string) => void process.stdout.write(`${line}\n`)
process.stdout.on('error', () => undefined) // the terminal was closed, which SIGHUP handles

const commandLine = parseCommandLine(process.argv.slice(2))
if (commandLine.kind === 'help') {
  print(USAGE)
} else if (commandLine.kind === 'invalid') {
  process.stderr.write(`Unknown option ${commandLine.argument}\n\n${USAGE}\n`)
  process.exitCode = 2
} else {
  const signal = listenForSignals(print)
  try {
    const settings = readSettings(process.env)
    enableCompileCache(compileCache(settings)) // before the other modules are loaded: saves 10 MB from the second start on
    const { run } = await import('./run.ts')
    await run(settings, commandLine.fresh, print, signal)
  } catch (error) {
    if (error !== signal.reason) fail(error)
  }
  if (signal.aborted) print('stopped')
  process.exit()
}

function fail(error: unknown): void {
  const text = error instanceof StartError ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`\n${text}\n`)
  process.exitCode = 1
}

type CommandLine = { kind: 'start'; fresh: boolean } | { kind: 'help' } | { kind: 'invalid'; argument: string }

function parseCommandLine(args: readonly string[]): CommandLine {
  const unknown = args.find((argument) => !['--fresh', '--help', '-h'].includes(argument))
  if (unknown !== undefined) return { kind: 'invalid', argument: unknown }
  if (args.includes('--help') || args.includes('-h')) return { kind: 'help' }
  return { kind: 'start', fresh: args.includes('--fresh') }
}
