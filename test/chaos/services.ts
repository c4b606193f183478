import type { ServiceName } from '../../db/service-logins.ts'
import type { Addresses } from '../../testkit/load/addresses.ts'
import { createAddresses } from '../../testkit/load/addresses.ts'
import type { LauncherOptions } from '../../testkit/services/launcher.ts'
import { createLauncher } from '../../testkit/services/launcher.ts'
import type { SupervisedProcess } from './supervised-process.ts'
import { superviseProcess } from './supervised-process.ts'

/** The services as processes under a supervisor: two of intake, two of triage and one of insights. */
export interface Services {
  readonly intakes: readonly [SupervisedProcess, SupervisedProcess]
  readonly triages: readonly [SupervisedProcess, SupervisedProcess]
  readonly insights: SupervisedProcess
  /** Where clients reach intake. */
  readonly addresses: Addresses
  /** Stops every process; resolves to crashes and exit codes other than 0. */
  stopServices(): Promise<string[]>
  /** Kills every process that still runs, frozen or not. */
  killServices(): Promise<void>
}

export interface ServicesOptions extends LauncherOptions {
  /** More settings for one process: the first (0) or second (1) of its service. */
  readonly envOf: (service: ServiceName, number: number) => NodeJS.ProcessEnv
}

/** Starts the services and waits until all are ready. When one cannot be started, stops the others. */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const addresses = createAddresses()
  const launcher = createLauncher(options)
  const failed = new AbortController()

  const open = (name: ServiceName, number: number): Promise<SupervisedProcess> =>
    superviseProcess({
      name: `${name} ${number}`,
      signal: AbortSignal.any([options.signal, failed.signal]),
      start: () => launcher.start(name, number, options.envOf(name, number)),
      onReady: ({ url }) => name === 'intake' && addresses.add(url),
      onGone: ({ url }) => name === 'intake' && addresses.remove(url),
    })
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
      killServices: launcher.killAll,
    }
  } catch (error) {
    failed.abort(error)
    await launcher.killAll()
    await Promise.allSettled(opening)
    throw error
  }
}

async function faultsOfEnd(supervised: SupervisedProcess): Promise<string[]> {
  const code = await supervised.stop()
  const crashes = supervised.crashes.map((exit) => `${supervised.name} crashed: ${exit}`)
  return code === 0 ? crashes : [...crashes, `${supervised.name} did not stop cleanly: exit code ${code}`]
}
