import { parseArgs } from 'node:util'
import { parseInteger, parseSeed } from '../../testkit/run-main.ts'

export interface Options {
  /** Every random choice of the run follows from it. */
  readonly seed: number
  /** How often the stream is deleted, over all lanes. */
  readonly deletions: number
  /** Independent installations on the same servers: own database, own streams. */
  readonly lanes: number
  /** Leads per second and lane. */
  readonly leadsPerSecond: number
  /** Processes that do nothing but keep a core busy. */
  readonly busyProcesses: number
  /** Keeps the services' logs there; otherwise they are removed with everything else. */
  readonly logDir: string | undefined
}

export const USAGE = `npm run test:stress -- [--deletions N] [--lanes N] [--seed N] [--rate N] [--busy N] [--logs DIR]
  --deletions N  how often the stream of leads is deleted, over all lanes; default 12
  --lanes N      installations that run side by side on one PostgreSQL and one nats-server; default 2
  --seed N       the same seed makes the same random choices; default: a new one, which the report names
  --rate N       leads per second and lane; default 30
  --busy N       processes that keep a core busy meanwhile; default 1
  --logs DIR     keeps the logs of the services there
NATS_SERVER_BIN chooses the nats-server.
`

/** @throws Error that says what is wrong with the arguments */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      deletions: { type: 'string', default: '12' },
      lanes: { type: 'string', default: '2' },
      seed: { type: 'string' },
      rate: { type: 'string', default: '30' },
      busy: { type: 'string', default: '1' },
      logs: { type: 'string' },
    },
  })
  return {
    seed: parseSeed(values.seed),
    deletions: parseInteger('--deletions', values.deletions),
    lanes: parseInteger('--lanes', values.lanes),
    leadsPerSecond: parseInteger('--rate', values.rate),
    busyProcesses: parseInteger('--busy', values.busy, 0),
    logDir: values.logs,
  }
}
