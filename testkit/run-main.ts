import { randomInt } from 'node:crypto'
import { listenForSignals } from '../embedded/signals.ts'

export interface Context {
  /** Prints a line of the report. */
  readonly print: (line: string) => void
  /** Aborted by SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal
}

/** The outcome of a run. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped?: number
}

export interface MainOptions<Options> {
  /** Printed for `--help`, and after an error in the arguments. */
  readonly usage: string
  /** @throws Error that names the wrong argument */
  readonly parseOptions: (args: readonly string[]) => Options
  /** Default: standard output. */
  readonly reportTo?: NodeJS.WriteStream
  /** Resolves when everything that it started has stopped; to undefined when there is nothing to count. */
  readonly main: (options: Options, context: Context) => Promise<Counts | undefined>
}

/**
 * Runs a command such as `npm run test:chaos`: parses the arguments, calls `main`, prints `N passed, N failed` and
 * exits, with 0 when nothing failed, 1 when something did or the run was interrupted, and 2 for wrong arguments.
 */
export async function runMain<Options>(command: MainOptions<Options>): Promise<never> {
  const { usage, parseOptions, reportTo = process.stdout, main } = command
  const args = process.argv.slice(2)
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage)
    process.exit(0)
  }
  let options: Options
  try {
    options = parseOptions(args)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage}`)
    process.exit(2)
  }

  const print = (line: string) => void reportTo.write(`${line}\n`)
  const signal = listenForSignals(print)
  let isGood = false
  try {
    const counts = await main(options, { print, signal })
    if (counts) print(describeCounts(counts))
    isGood = (counts?.failed ?? 0) === 0 && !signal.aborted
  } catch (error) {
    if (!signal.aborted) process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
  }
  await new Promise((resolve) => process.stdout.write('', resolve))
  // everything has stopped; without this, Node 24.21 has once looped forever while it closed its own handles
  process.exit(isGood ? 0 : 1)
}

function describeCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped === undefined ? '' : `, ${skipped} skipped`}`
}

/** @throws Error when the value is not an integer of at least `min` */
export function parseInteger(option: string, value: string, min = 1): number {
  const number = Number(value)
  if (Number.isSafeInteger(number) && number >= min) return number
  throw new Error(`${option} must be an integer of at least ${min}, not ${value}`)
}

/** Returns a random seed when `value` is undefined. */
export function parseSeed(value: string | undefined): number {
  return value === undefined ? randomInt(1, 1_000_000) : parseInteger('--seed', value)
}
