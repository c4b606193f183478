import type { ServiceName } from '../../db/service-logins.ts'
import type { RunningProcess } from '../../embedded/child-process.ts'
import { trySignal } from '../../embedded/processes.ts'
import { startService } from '../../harness/service.ts'
import type { Addresses } from './addresses.ts'
import { createAddresses } from './addresses.ts'
import type { Slot } from './slot.ts'
import { openSlot } from './slot.ts'

/** The product as processes: two of each that may be many, under a supervisor. */
export interface Services {
  readonly intakes: readonly [Slot, Slot]
  readonly triages: readonly [Slot, Slot]
  readonly insights: Slot
  /** Where clients find intake. */
  readonly addresses: Addresses
  /** Stops them; resolves to what went wrong with their ends, now or by a crash before. */
  stopServices(): Promise<string[]>
  /** Kills what still runs, frozen or not. */
  killServices(): Promise<void>
}

export interface ServicesOptions {
  /** The environment of one process: of the first (0) or second (1) of its kind. */
  readonly envOf: (service: ServiceName, number: number) => NodeJS.ProcessEnv
  readonly logFileOf: (service: ServiceName, number: number) => string
  /** Stands unused on their command lines: see harness/guard.ts. */
  readonly mark: string
  /** Ends all waiting and restarting. */
  readonly signal: AbortSignal
}

/** Starts them and waits until all are ready; when one cannot be started, none is left. */
export async function startServices({ envOf, logFileOf, mark, signal }: ServicesOptions): Promise<Services> {
  const addresses = createAddresses()
  const processes = new Set<RunningProcess>()
  const failed = new AbortController()

  const onSpawn = (process: RunningProcess) => {
    processes.add(process)
    void process.exited.then(() => processes.delete(process))
  }
  const open = (name: ServiceName, number: number): Promise<Slot> =>
    openSlot({
      name: `${name} ${number}`,
      signal: AbortSignal.any([signal, failed.signal]),
      start: () => startService({ name, env: envOf(name, number), mark, logFile: logFileOf(name, number), onSpawn }),
      onReady: ({ url }) => name === 'intake' && addresses.add(url),
      onGone: ({ url }) => name === 'intake' && addresses.remove(url),
    })
  const killServices = async () => {
    const alive = [...processes]
    for (const { pid } of alive) trySignal(pid, 'SIGKILL')
    await Promise.all(alive.map(({ exited }) => exited))
  }

  const opening = [
    open('intake', 0),
    open('intake', 1),
    open('triage', 0),
    open('triage', 1),
    open('insights', 0),
  ] as const
  try {
    const [intake0, intake1, triage0, triage1, insights] = await Promise.all(opening)
    return {
      intakes: [intake0, intake1],
      triages: [triage0, triage1],
      insights,
      addresses,
      stopServices: async () => {
        const slots = [intake0, intake1, triage0, triage1, insights]
        return (await Promise.all(slots.map(faultsOfEnd))).flat()
      },
      killServices,
    }
  } catch (error) {
    failed.abort(error)
    await killServices()
    await Promise.allSettled(opening)
    throw error
  }
}

async function faultsOfEnd(slot: Slot): Promise<string[]> {
  const code = await slot.stop()
  const crashes = slot.crashes.map((exit) => `${slot.name} ended by itself: ${exit}`)
  return code === 0 ? crashes : [...crashes, `${slot.name} did not stop cleanly: exit code ${code}`]
}
