export const USAGE = `Runs leadtriage on this machine: PostgreSQL, nats-server and the three services.

  npm start                 start with the data of the last run
  npm start -- --fresh      remove the data of earlier runs first
  npm start -- --help       print this text

Settings are environment variables:
  INTAKE_PORT=8000  INSIGHTS_PORT=8001  TRIAGE_PORT=8002  HOST=127.0.0.1
  DATABASE_URL     use this PostgreSQL instead of starting one
  NATS_URL         use this nats-server (with JetStream) instead of starting one
  NATS_SERVER_BIN  the path of the nats-server to start
  DATA_DIR=.data   the folder for data and logs; a log larger than 8 MiB is moved to .log.1`

export type CommandLine = { kind: 'start'; fresh: boolean } | { kind: 'help' } | { kind: 'invalid'; argument: string }

export function parseCommandLine(args: readonly string[]): CommandLine {
  const unknown = args.find((argument) => !['--fresh', '--help', '-h'].includes(argument))
  if (unknown !== undefined) return { kind: 'invalid', argument: unknown }
  if (args.includes('--help') || args.includes('-h')) return { kind: 'help' }
  return { kind: 'start', fresh: args.includes('--fresh') }
}
