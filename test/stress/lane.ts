import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import type { Installation } from '../../testkit/servers/installation.ts'
import { createInstallation } from '../../testkit/servers/installation.ts'
import type { Servers } from '../../testkit/servers/servers.ts'
import { createLauncher } from '../../testkit/services/launcher.ts'
import type { Service } from '../../testkit/services/service.ts'

/** One installation: an intake and two triage workers as processes, with their own database and streams. */
export interface Lane extends Pick<Installation, 'sql' | 'names' | 'remove'> {
  readonly name: string
  readonly intake: Service
  readonly triages: readonly [Service, Service]
  /** On a connection that no service uses. */
  readonly manager: JetStreamManager
  /** How processes ended that nothing stopped. */
  readonly crashes: readonly string[]
}

export async function startLane(options: {
  servers: Servers
  name: string
  logDir: string
  signal: AbortSignal
}): Promise<Lane> {
  const { servers, name, logDir, signal } = options
  const installation = await createInstallation({ servers, namespace: name })
  const { serviceUrls, sql, nats, names, onRemove, remove } = installation
  try {
    const manager = await jetstreamManager(nats, { timeout: 10_000 })
    const { startReady, crashes, killAll } = createLauncher({
      namespace: name,
      databaseUrls: serviceUrls,
      natsUrl: servers.nats.url,
      logDir,
      mark: servers.scratchDir,
      signal,
    })
    onRemove(killAll)
    const [intake, first, second] = await Promise.all([
      startReady('intake'),
      startReady('triage', 0),
      startReady('triage', 1),
    ])
    return { name, intake, triages: [first, second], sql, manager, names, crashes, remove }
  } catch (error) {
    await remove()
    throw error
  }
}
