import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'

export interface Options {
  readonly seed: number
  readonly cases: number
  readonly protocols: readonly string[] | undefined
  /** Only these, such as `rest:17`. */
  readonly only: readonly string[] | undefined
  readonly logDir: string | undefined
}

export const USAGE = `npm run test:hostile -- [--seed N] [--cases N] [--protocol NAME]… [--case NAME:N]… [--logs DIR]
  --seed N         the same seed makes the same cases; default: a new one, which the report names
  --cases N        how many cases; default 21,000
  --protocol NAME  only this one, may be repeated
  --case NAME:N    only this case, such as rest:17, may be repeated; prints the request
  --logs DIR       keeps the logs of the services there
`

/** @throws Error that says what is wrong with the arguments */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      cases: { type: 'string', default: '21000' },
      protocol: { type: 'string', multiple: true },
      case: { type: 'string', multiple: true },
      logs: { type: 'string' },
    },
  })
  return {
    seed: values.seed === undefined ? randomInt(1, 1_000_000) : wholeNumber('--seed', values.seed),
    cases: wholeNumber('--cases', values.cases),
    protocols: values.protocol,
    only: values.case,
    logDir: values.logs,
  }
}

function wholeNumber(option: string, value: string): number {
  const number = Number(value)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new Error(`${option} must be a whole number above 0, not ${value}`)
}
