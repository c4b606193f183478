import { parseArgs } from 'node:util'
import { parseInteger, parseSeed } from '../../testkit/run-main.ts'

export interface Options {
  readonly seed: number
  readonly cases: number
  readonly protocols: readonly string[] | undefined
  /** Run only these cases, for example `rest:17`. */
  readonly only: readonly string[] | undefined
  readonly logDir: string | undefined
}

export const USAGE = `npm run test:hostile -- [--seed N] [--cases N] [--protocol NAME]… [--case NAME:N]… [--logs DIR]
  --seed N         generate the cases from this seed; default: random, printed at the start
  --cases N        number of cases; default 21,000
  --protocol NAME  run only this protocol; may be repeated
  --case NAME:N    run only this case, for example rest:17; may be repeated
  --logs DIR       keep the logs of the services in this directory
`

/** @throws Error if an argument is invalid */
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
    seed: parseSeed(values.seed),
    cases: parseInteger('--cases', values.cases),
    protocols: values.protocol,
    only: values.case,
    logDir: values.logs,
  }
}
