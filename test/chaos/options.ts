import { parseArgs } from 'node:util'
import { parseInteger, parseSeed } from '../../testkit/run-main.ts'
import type { Fault } from './faults/fault.ts'
import { FAULTS } from './faults/faults.ts'

export interface Options {
  readonly seed: number
  readonly faults: readonly Fault[]
  readonly seconds: number
  readonly leadsPerSecond: number
  /** Where the logs of the services are kept. Default: they are removed after the run. */
  readonly logDir: string | undefined
}

export const USAGE = `npm run test:chaos -- [--seed N] [--fault NAME]… [--seconds N] [--rate N] [--logs DIR]
  --seed N      make the same random choices as another run with this seed; default: random, printed in the report
  --fault NAME  inject only this fault; repeatable: ${FAULTS.map(({ name }) => name).join(', ')}
  --seconds N   send leads for at least this long per fault; default 12
  --rate N      leads per second; default 300
  --logs DIR    keep the logs of the services in this directory
`

/** @throws Error that names the wrong argument */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      fault: { type: 'string', multiple: true },
      seconds: { type: 'string', default: '12' },
      rate: { type: 'string', default: '300' },
      logs: { type: 'string' },
    },
  })
  return {
    seed: parseSeed(values.seed),
    faults: values.fault === undefined ? FAULTS : values.fault.map(findFault),
    seconds: parseInteger('--seconds', values.seconds),
    leadsPerSecond: parseInteger('--rate', values.rate),
    logDir: values.logs,
  }
}

function findFault(name: string): Fault {
  const fault = FAULTS.find((candidate) => candidate.name === name)
  if (fault === undefined) throw new Error(`unknown fault ${name}`)
  return fault
}
