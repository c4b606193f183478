import { parseArgs } from 'node:util'
import { parseInteger, parseSeed } from '../../testkit/run-main.ts'

export interface Options {
  /** Every random choice depends on it. */
  readonly seed: number
  /** How often the stream is deleted, summed over all lanes. */
  readonly deletions: number
  /** Number of installations on the same servers, each with its own database and streams. */
  readonly lanes: number
  /** Leads per second and lane. */
  readonly leadsPerSecond: number
  /** Number of processes that each keep a core busy. */
  readonly busyProcesses: number
  /** Where the logs of the services are kept. Default: they are removed after the run. */
  readonly logDir: string | undefined
}

export const USAGE = `npm run test:stress -- [--deletions N] [--lanes N] [--seed N] [--rate N] [--busy N] [--logs DIR]
  --deletions N  delete the stream of leads this often, summed over all lanes; default 12
  --lanes N      run this many installations on one PostgreSQL and one nats-server; default 2
  --seed N       make the same random choices as another run with this seed; default: random, printed in the report
  --rate N       leads per second and lane; default 30
  --busy N       keep this many cores busy meanwhile; default 1
  --logs DIR     keep the logs of the services in this directory
NATS_SERVER_BIN selects the nats-server.
`

/** @throws Error that names the wrong argument */
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
