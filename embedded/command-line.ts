export const USAGE = `Runs leadtriage on this machine: PostgreSQL, nats-server and the three services.

  npm start                 start, or go on with the data of the last run
  npm start -- --fresh      remove the data of earlier runs first
  npm start -- --help       this text

Settings, all by environment variable:
  INTAKE_PORT=8000  INSIGHTS_PORT=8001  TRIAGE_PORT=8002  HOST=127.0.0.1
  DATABASE_URL     use this PostgreSQL instead of starting one
  NATS_URL         use this nats-server (with JetStream) instead of starting one
  NATS_SERVER_BIN  the nats-server program to start
  DATA_DIR=.data   where data and logs are kept; a log of more than 8 MiB becomes .log.1, over the one before`

export type CommandLine = { kind: 'start'; fresh: boolean } | { kind: 'help' } | { kind: 'wrong'; argument: string }

export function parseCommandLine(args: readonly string[]): CommandLine {
  const wrong = args.find((argument) => !['--fresh', '--help', '-h'].includes(argument))
  if (wrong !== undefined) return { kind: 'wrong', argument: wrong }
  if (args.includes('--help') || args.includes('-h')) return { kind: 'help' }
  return { kind: 'start', fresh: args.includes('--fresh') }
}
