import { pathToFileURL } from 'node:url'
import type { Analyzer } from '../../services/triage/analyzers/analyzer.ts'

/*
 * A process that measures the rule analyzer of one checkout: receives a job and sends the costs. All times are CPU
 * times of the process, so garbage collection and compilation are included, and other processes hardly matter.
 */

export interface Job {
  /** The file that exports `createRuleAnalyzer`. */
  readonly modulePath: string
  readonly warmUp: readonly string[]
  readonly notes: readonly string[]
  /** By name. */
  readonly longNotes: Readonly<Record<string, string>>
}

export interface Costs {
  /** The id of the analyzer. */
  readonly analyzer: string
  /** Of all notes, at the first pass. */
  readonly coldMicroseconds: number
  /** Of all notes, at the third pass of a block. */
  readonly warmMicroseconds: number
  readonly longNotesMs: Readonly<Record<string, number>>
}

export type Reply = { readonly costs: Costs } | { readonly error: string }

/** With 300 notes, two passes leave the first reading a third too expensive; more than five change nothing. */
const WARM_UP_PASSES = 5
/** The spellings of a block fit into the cache of every version; those of all notes may not. */
const BLOCK = 1_000

type Analyze = (note: string) => Promise<unknown>

async function measure({ modulePath, warmUp, notes, longNotes }: Job): Promise<Costs> {
  const { id, analyze } = await loadAnalyzer(modulePath)
  const pass = async (part: readonly string[]) => {
    for (const note of part) await analyze(note)
  }
  for (let passes = 0; passes < WARM_UP_PASSES; passes++) await pass(warmUp)
  const coldMicroseconds = await microsecondsOf(() => pass(notes))
  let warmMicroseconds = 0
  for (let from = 0; from < notes.length; from += BLOCK) {
    const block = notes.slice(from, from + BLOCK)
    await pass(block)
    await pass(block)
    warmMicroseconds += await microsecondsOf(() => pass(block))
  }
  const longNotesMs: Record<string, number> = {}
  for (const [name, note] of Object.entries(longNotes)) {
    longNotesMs[name] = (await microsecondsOf(() => analyze(note))) / 1_000
  }
  return { analyzer: id, coldMicroseconds, warmMicroseconds, longNotesMs }
}

async function microsecondsOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

/** Loads the analyzer of any version. @throws Error when it can analyze neither a lead nor a string */
async function loadAnalyzer(modulePath: string): Promise<{ id: string; analyze: Analyze }> {
  const module = await import(pathToFileURL(modulePath).href)
  const { id, analyze } = createFrom(module)
  const { signal } = new AbortController()
  const receivedAt = new Date('2026-03-11T10:00:00Z')
  const ofLead: Analyze = (note) => analyze({ note, receivedAt }, signal)
  const ofString: Analyze = (note) => analyze(note, signal)
  // versions without the received time take the note itself, and throw for an object
  const takesLeads = await ofLead('a note').then(
    () => true,
    () => false,
  )
  if (!takesLeads) await ofString('a note')
  return { id, analyze: takesLeads ? ofLead : ofString }
}

interface AnyAnalyzer {
  readonly id: string
  analyze(leadOrNote: Parameters<Analyzer['analyze']>[0] | string, signal: AbortSignal): Promise<unknown>
}

/** The cast: every version of the file exports `createRuleAnalyzer`; its analyzers have an id and `analyze`. */
function createFrom(module: unknown): AnyAnalyzer {
  return (module as { createRuleAnalyzer: () => AnyAnalyzer }).createRuleAnalyzer()
}

process.once('message', async (job: Job) => {
  const reply: Reply = await measure(job).then(
    (costs) => ({ costs }),
    (error: unknown) => ({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  )
  process.send?.(reply) // the process ends when its parent disconnects
})
