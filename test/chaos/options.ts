import { parseArgs } from 'node:util'
import { parseInteger, parseSeed } from '../../testkit/run-main.ts'
import type { Fault } from './faults/fault.ts'
import { FAULTS } from './faults/faults.ts'

export interface Options {
  readonly seed: number
  readonly faults: readonly Fault[]
  readonly seconds: number
  readonly leadsPerSecond: number
  /** Keeps the services' logs there; else they go with everything else. */
  readonly logDir: string | undefined
}

export const USAGE = `npm run test:chaos -- [--seed N] [--fault NAME]… [--seconds N] [--rate N] [--logs DIR]
  --seed N      the same seed makes the same choices; default: a new one, which the report names
  --fault NAME  only this one, may be repeated: ${FAULTS.map(({ name }) => name).join(', ')}
  --seconds N   how long leads come in for each fault; default 12, longer when the fault takes longer
  --rate N      leads per second; default 300
  --logs DIR    keeps the logs of the services there
`

/** @throws Error that says what is wrong with the arguments */
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
  if (fault === undefined) throw new Error(`there is no fault ${name}`)
  return fault
}
