import { pathToFileURL } from 'node:url'
import type { Analyzer } from '../../services/triage/analyzers/analyzer.ts'

/*
 * A process that loads the rule analyzer of one checkout, from the file in its first argument, and reads the notes that
 * it is sent. It measures CPU time of the whole process, so compilation and garbage collection are included.
 */

export interface Request {
  readonly notes: readonly string[]
  /** How often to read the notes, one after the other; the last reading is measured. */
  readonly readings: number
}

export interface Reading {
  readonly analyzer: string
  /** CPU time until the analyzer was loaded and had read one note. */
  readonly loadMicroseconds: number
  /** CPU time of the last reading. */
  readonly microseconds: number
}

/** Or a stack trace. */
export type Reply = Reading | { readonly error: string }

interface AnyAnalyzer {
  readonly id: string
  analyze(leadOrNote: Parameters<Analyzer['analyze']>[0] | string, signal: AbortSignal): Promise<unknown>
}

type Analyze = (note: string) => Promise<unknown>

interface Loaded {
  readonly id: string
  readonly analyze: Analyze
  /** CPU time until the analyzer has read one note. */
  readonly loadMicroseconds: number
}

/** Loads the analyzer of any version. @throws Error when it can analyze neither a lead nor a string */
async function loadAnalyzer(modulePath: string): Promise<Loaded> {
  const before = process.cpuUsage()
  const analyzer = createFrom(await import(pathToFileURL(modulePath).href))
  const { signal } = new AbortController()
  const receivedAt = new Date('2026-03-11T10:00:00Z')
  const ofLead: Analyze = (note) => analyzer.analyze({ note, receivedAt }, signal)
  const ofString: Analyze = (note) => analyzer.analyze(note, signal)
  // versions without the received time take the note itself, and throw for an object
  const takesLeads = await ofLead('a note').then(
    () => true,
    () => false,
  )
  if (!takesLeads) await ofString('a note')
  return { id: analyzer.id, analyze: takesLeads ? ofLead : ofString, loadMicroseconds: microsecondsSince(before) }
}

/** The cast: every version of the file exports `createRuleAnalyzer`; its analyzers have an id and `analyze`. */
function createFrom(module: unknown): AnyAnalyzer {
  return (module as { createRuleAnalyzer: () => AnyAnalyzer }).createRuleAnalyzer()
}

const loaded = loadAnalyzer(process.argv[2] ?? '')
loaded.catch(() => undefined) // reported with the first request

async function measure({ notes, readings }: Request): Promise<Reply> {
  const { id, analyze, loadMicroseconds } = await loaded
  let microseconds = 0
  for (let reading = 0; reading < readings; reading++) {
    const before = process.cpuUsage()
    for (const note of notes) await analyze(note)
    microseconds = microsecondsSince(before)
  }
  return { analyzer: id, loadMicroseconds, microseconds }
}

function microsecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return user + system
}

// the process ends when its parent disconnects
process.on('message', async (request: Request) => {
  const reply = await measure(request).catch((error: unknown): Reply => {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  })
  process.send?.(reply)
})
