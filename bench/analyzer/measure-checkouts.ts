import { median } from '../report/median.ts'
import { type MeasuredProcess, startMeasuredProcess } from './measured-process.ts'
import { displacingNotes, longNotes } from './notes.ts'

/** What is measured, all in CPU time. */
interface Costs {
  /** Microseconds per note when its spellings have been read twice before. */
  readonly warm: number
  /** Microseconds per note with compiled code, when its spellings have been displaced from the cache. */
  readonly cold: number
  /** Microseconds per note at the first reading in a new process. */
  readonly first: number
  /** Milliseconds in a new process until the analyzer has read one note. */
  readonly load: number
  /** Milliseconds of the first {@link START_NOTES} notes after that. */
  readonly start: number
  /** Milliseconds of the slowest of the long notes. */
  readonly slowest: number
}

const COSTS = ['warm', 'cold', 'first', 'load', 'start', 'slowest'] as const satisfies readonly (keyof Costs)[]

/** One round, or the median over the rounds. */
export interface CheckoutCosts {
  readonly directory: string
  /** The id of the analyzer. */
  readonly analyzer: string
  readonly costs: Costs
  /** By name of the note. */
  readonly longNotesMs: Readonly<Record<string, number>>
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
  readonly ratios: Readonly<Record<keyof Costs, Ratio>> | undefined
}

interface Measurement {
  /** One, or two to compare. */
  readonly directories: readonly string[]
  readonly notes: readonly string[]
  /** Their words make the long notes. */
  readonly ordinaryNotes: readonly string[]
  readonly rounds: number
  readonly print: (line: string) => void
  readonly signal: AbortSignal
}

/**
 * Readings of all notes before the cold one, each after its words have been displaced, so that compiled code has met
 * what happens then, too.
 */
const WARM_UP_READINGS = 4
const WARM_READINGS = 3
/** A worker's first notes, which cost the most, since code is compiled when it has run often enough. */
export const START_NOTES = 1_000
/** Notes read in turn. The spellings of a block fit into the cache of every version; those of all notes may not. */
const BLOCK = 250

/** Measures checkouts in turns, each round in new processes. */
export async function measureCheckouts(measurement: Measurement): Promise<Measured> {
  const { directories, notes, ordinaryNotes, rounds, print, signal } = measurement
  const [displacing, long] = [displacingNotes(notes), longNotes(ordinaryNotes)]
  const measured: CheckoutCosts[][] = []
  for (let round = 1; round <= rounds; round++) {
    const totals = directories.map(emptyTotal)
    const inOrder = round % 2 === 0 ? totals.toReversed() : totals
    await measureRound({ totals: inOrder, notes, displacing, longNotes: long, signal })
    const ofRound = totals.map((total) => costsOf(total, notes.length))
    measured.push(ofRound)
    for (const { directory, analyzer, costs } of ofRound) {
      const times = `${costs.warm.toFixed(1)} µs warm, ${costs.cold.toFixed(1)} cold, ${costs.first.toFixed(1)} first`
      print(`round ${round} of ${rounds}, ${analyzer} of ${directory}: ${times}`)
    }
  }
  return {
    ...{ notes: notes.length, rounds },
    checkouts: directories.map((_, i) => medianCosts(measured.flatMap((ofRound) => ofRound[i] ?? []))),
    ratios: directories.length < 2 ? undefined : forEachCost((cost) => ratioOf(cost, measured)),
  }
}

function forEachCost<Value>(compute: (cost: keyof Costs) => Value): Record<keyof Costs, Value> {
  return Object.fromEntries(COSTS.map((cost) => [cost, compute(cost)])) as Record<keyof Costs, Value> // has all
}

/** Of all notes in a round, in microseconds but for the long notes. */
interface Total {
  readonly directory: string
  analyzer: string
  load: number
  start: number
  first: number
  cold: number
  warm: number
  readonly longNotesMs: Record<string, number>
}

function emptyTotal(directory: string): Total {
  return { directory, analyzer: '', load: 0, start: 0, first: 0, cold: 0, warm: 0, longNotesMs: {} }
}

interface Round {
  /** One for each checkout, in the order of the first turn; the costs are added. */
  readonly totals: readonly Total[]
  readonly notes: readonly string[]
  readonly displacing: readonly string[]
  readonly longNotes: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

async function measureRound({ totals, notes, displacing, longNotes, signal }: Round): Promise<void> {
  const runs = totals.map((total) => ({ total, process: startMeasuredProcess(total.directory, signal) }))
  // The load of the machine changes its speed within seconds, so turns are short; the first changes with each turn.
  const inTurns = async (measure: (process: MeasuredProcess, total: Total) => Promise<void>) => {
    for (const { process, total } of runs) await measure(process, total)
    runs.reverse()
  }
  /** Reads all notes, and calls `add` with the CPU time for each block. */
  const readBlocks = async (readings: number, add: (total: Total, microseconds: number, first: number) => void) => {
    for (let first = 0; first < notes.length; first += BLOCK) {
      const block = notes.slice(first, first + BLOCK)
      await inTurns(async (process, total) => {
        add(total, (await process.read({ notes: block, readings })).microseconds, first)
      })
    }
  }
  try {
    await inTurns(async (process, total) => {
      const { analyzer, loadMicroseconds } = await process.read({ notes: [], readings: 1 })
      total.analyzer = analyzer
      total.load = loadMicroseconds
    })
    await readBlocks(1, (total, microseconds, first) => {
      total.first += microseconds
      if (first < START_NOTES) total.start += microseconds
    })
    for (let reading = 0; reading <= WARM_UP_READINGS; reading++) {
      await inTurns(async (process) => {
        await process.read({ notes: displacing, readings: 1 })
      })
      await readBlocks(1, (total, microseconds) => {
        if (reading === WARM_UP_READINGS) total.cold += microseconds
      })
    }
    await readBlocks(WARM_READINGS, (total, microseconds) => {
      total.warm += microseconds
    })
    for (const [name, note] of Object.entries(longNotes)) {
      await inTurns(async (process, { longNotesMs }) => {
        longNotesMs[name] = (await process.read({ notes: [note], readings: 1 })).microseconds / 1_000
      })
    }
  } finally {
    await Promise.all(runs.map(({ process }) => process.stop()))
  }
}

function costsOf({ directory, analyzer, longNotesMs, ...total }: Total, notes: number): CheckoutCosts {
  return {
    ...{ directory, analyzer, longNotesMs },
    costs: {
      warm: total.warm / notes,
      cold: total.cold / notes,
      first: total.first / notes,
      load: total.load / 1_000,
      start: total.start / 1_000,
      slowest: Math.max(...Object.values(longNotesMs)),
    },
  }
}

function medianCosts(rounds: readonly CheckoutCosts[]): CheckoutCosts {
  const { directory = '', analyzer = '', longNotesMs: first = {} } = rounds[0] ?? {}
  const longNotesMs = Object.fromEntries(
    Object.keys(first).map((name) => [name, median(rounds.map((round) => round.longNotesMs[name] ?? 0))]),
  )
  const costs = forEachCost((cost) => median(rounds.map((round) => round.costs[cost])))
  return {
    ...{ directory, analyzer, longNotesMs },
    costs: { ...costs, slowest: Math.max(...Object.values(longNotesMs)) },
  }
}

function ratioOf(cost: keyof Costs, rounds: readonly CheckoutCosts[][]): Ratio {
  const ratios = rounds.map(([own, other]) => (own && other ? own.costs[cost] / other.costs[cost] : Number.NaN))
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) }
}
