import type { ServiceName } from '../../db/service-logins.ts'
import type { RunningProcess } from '../../embedded/child-process.ts'
import { trySignal } from '../../embedded/processes.ts'
import { startService } from '../../testkit/processes/service.ts'
import type { Addresses } from './addresses.ts'
import { createAddresses } from './addresses.ts'
import type { SupervisedProcess } from './supervised-process.ts'
import { superviseProcess } from './supervised-process.ts'

/** The product as processes: two of each that may be many, under a supervisor. */
export interface Services {
  readonly intakes: readonly [SupervisedProcess, SupervisedProcess]
  readonly triages: readonly [SupervisedProcess, SupervisedProcess]
  readonly insights: SupervisedProcess
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
  /** Stands unused on their command lines: see testkit/processes/reaper.ts. */
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
  const open = (name: ServiceName, number: number): Promise<SupervisedProcess> =>
    superviseProcess({
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
        const processes = [intake0, intake1, triage0, triage1, insights]
        return (await Promise.all(processes.map(faultsOfEnd))).flat()
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

async function faultsOfEnd(supervised: SupervisedProcess): Promise<string[]> {
  const code = await supervised.stop()
  const crashes = supervised.crashes.map((exit) => `${supervised.name} ended by itself: ${exit}`)
  return code === 0 ? crashes : [...crashes, `${supervised.name} did not stop cleanly: exit code ${code}`]
}
