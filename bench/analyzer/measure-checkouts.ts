import { median } from '../report/median.ts'
import { type MeasuredProcess, startMeasuredProcess } from './measured-process.ts'
import { groupByScript, longNotes, withoutWordsOf } from './notes.ts'

/** The median over the rounds. */
export interface CheckoutCosts {
  readonly directory: string
  /** The id of the analyzer. */
  readonly analyzer: string
  /** CPU time per note when its spellings have been read twice before. */
  readonly warmMicroseconds: number
  /** CPU time per note at the first reading. */
  readonly coldMicroseconds: number
  /** CPU time by name of the note. */
  readonly longNotesMs: Readonly<Record<string, number>>
  /** Of `longNotesMs`. */
  readonly slowestMs: number
}

/** Cost of this checkout divided by that of the other in the same round: the median and the range over the rounds. */
export interface Ratio {
  readonly median: number
  readonly lowest: number
  readonly highest: number
}

export interface Measured {
  readonly notes: number
  readonly rounds: number
  readonly checkouts: readonly CheckoutCosts[]
  /** Undefined when only one checkout was measured. */
  readonly ratios: { readonly warm: Ratio; readonly cold: Ratio; readonly slowest: Ratio } | undefined
}

interface Measurement {
  /** One, or two to compare. */
  readonly directories: readonly string[]
  readonly notes: readonly string[]
  /** To warm up with; words of `notes` are replaced. */
  readonly otherNotes: readonly string[]
  readonly rounds: number
  readonly print: (line: string) => void
  readonly signal: AbortSignal
}

/** With 300 notes, two readings leave the first one a third too expensive; more than five change nothing. */
const WARM_UP_READINGS = 5
const WARM_READINGS = 3
/** Notes read in turn. The spellings of a block fit into the cache of every version; those of all notes may not. */
const BLOCK = 250

/** Measures checkouts in turns, each round in new processes. */
export async function measureCheckouts(measurement: Measurement): Promise<Measured> {
  const { directories, notes, otherNotes, rounds, print, signal } = measurement
  const groups = groupByScript(notes).map((group) => ({ group, warmUp: withoutWordsOf(group, otherNotes) }))
  const long = longNotes(otherNotes)
  const costs: CheckoutCosts[][] = []
  for (let round = 1; round <= rounds; round++) {
    const totals = directories.map((directory) => ({ directory, analyzer: '', warm: 0, cold: 0, longNotesMs: {} }))
    for (const [i, { group, warmUp }] of groups.entries()) {
      await measureGroup({
        totals: round % 2 === 0 ? totals.toReversed() : totals,
        group,
        warmUp,
        longNotes: i === 0 ? long : {},
        signal,
      })
    }
    const perNote = totals.map((total) => costsOf(total, notes.length))
    costs.push(perNote)
    for (const { directory, analyzer, warmMicroseconds: warm, coldMicroseconds: cold } of perNote)
      print(
        `round ${round} of ${rounds}, ${analyzer} of ${directory}: ${warm.toFixed(1)} µs warm, ${cold.toFixed(1)} cold`,
      )
  }
  const ratio = (cost: (costs: CheckoutCosts) => number) =>
    ratioOf(costs.map(([first, second]) => (first && second ? cost(first) / cost(second) : Number.NaN)))
  return {
    ...{ notes: notes.length, rounds },
    checkouts: directories.map((_, i) => medianCosts(costs.flatMap((ofRound) => ofRound[i] ?? []))),
    ratios:
      directories.length < 2
        ? undefined
        : {
            warm: ratio(({ warmMicroseconds }) => warmMicroseconds),
            cold: ratio(({ coldMicroseconds }) => coldMicroseconds),
            slowest: ratio(({ slowestMs }) => slowestMs),
          },
  }
}

/** Of all notes in a round, in microseconds but for the long notes. */
interface Total {
  readonly directory: string
  analyzer: string
  warm: number
  cold: number
  readonly longNotesMs: Record<string, number>
}

interface GroupMeasurement {
  /** One for each checkout, in the order of the first turn; the costs are added. */
  readonly totals: readonly Total[]
  readonly group: readonly string[]
  readonly warmUp: readonly string[]
  readonly longNotes: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

async function measureGroup({ totals, group, warmUp, longNotes, signal }: GroupMeasurement): Promise<void> {
  const runs = totals.map((total) => ({ total, process: startMeasuredProcess(total.directory, signal) }))
  try {
    // The load of the machine changes its speed within seconds, so turns are short; the first changes with each turn.
    const inTurns = async (measure: (process: MeasuredProcess, total: Total) => Promise<void>) => {
      for (const { process, total } of runs) await measure(process, total)
      runs.reverse()
    }
    for (let reading = 0; reading < WARM_UP_READINGS; reading++) {
      await inTurns(async (process, total) => {
        total.analyzer = (await process.read({ notes: warmUp, readings: 1 })).analyzer
      })
    }
    const blocks = Array.from({ length: Math.ceil(group.length / BLOCK) }, (_, i) =>
      group.slice(i * BLOCK, (i + 1) * BLOCK),
    )
    for (const notes of blocks) {
      await inTurns(async (process, total) => {
        total.cold += (await process.read({ notes, readings: 1 })).microseconds
      })
    }
    for (const notes of blocks) {
      await inTurns(async (process, total) => {
        total.warm += (await process.read({ notes, readings: WARM_READINGS })).microseconds
      })
    }
    for (const [name, note] of Object.entries(longNotes)) {
      await inTurns(async (process, { longNotesMs }) => {
        longNotesMs[name] = (await process.read({ notes: [note], readings: 1 })).microseconds / 1_000
      })
    }
  } finally {
    await Promise.all(runs.map(({ process }) => process.stop()))
  }
}

function costsOf({ directory, analyzer, warm, cold, longNotesMs }: Total, notes: number): CheckoutCosts {
  return {
    ...{ directory, analyzer, longNotesMs },
    warmMicroseconds: warm / notes,
    coldMicroseconds: cold / notes,
    slowestMs: Math.max(...Object.values(longNotesMs)),
  }
}

function medianCosts(rounds: readonly CheckoutCosts[]): CheckoutCosts {
  const { directory = '', analyzer = '', longNotesMs: first = {} } = rounds[0] ?? {}
  const longNotesMs = Object.fromEntries(
    Object.keys(first).map((name) => [name, median(rounds.map((round) => round.longNotesMs[name] ?? 0))]),
  )
  return {
    ...{ directory, analyzer, longNotesMs },
    warmMicroseconds: median(rounds.map(({ warmMicroseconds }) => warmMicroseconds)),
    coldMicroseconds: median(rounds.map(({ coldMicroseconds }) => coldMicroseconds)),
    slowestMs: Math.max(...Object.values(longNotesMs)),
  }
}

function ratioOf(ratios: readonly number[]): Ratio {
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) }
}
