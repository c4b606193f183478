import { once } from 'node:events'
import { banner } from './banner.ts'
import { keepBounded } from './bounded-logs.ts'
import { fillCompileCache } from './compile-cache.ts'
import { openDataDir, removeData } from './data-dir.ts'
import { prepareGivenDatabase, prepareOurDatabase } from './database.ts'
import { startServers } from './servers.ts'
import { assertServicePortsFree } from './service-ports.ts'
import { startServices, waitForServices } from './services.ts'
import type { Settings } from './settings.ts'

/** Starts everything, waits until told to stop, and stops it in the opposite order, as it does when a step fails. */
export async function run(
  settings: Settings,
  fresh: boolean,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  await using owned = new AsyncDisposableStack()

  const data = await openDataDir(settings.dataDir)
  owned.defer(data.close)
  await assertServicePortsFree(settings)
  const isOurs = { postgres: settings.databaseUrl === undefined, nats: settings.natsUrl === undefined }
  if (fresh) await removeData(data, isOurs, say)
  void keepBounded(Object.values(data.logFiles), signal)

  const [servers] = await Promise.all([
    startServers({ settings, data, say, signal, owned }),
    fillCompileCache(settings, signal),
  ])
  signal.throwIfAborted()
  const databaseUrls = await (isOurs.postgres ? prepareOurDatabase : prepareGivenDatabase)(servers.databaseUrl)
  signal.throwIfAborted()
  const services = await startServices({ settings, data, databaseUrls, natsUrl: servers.natsUrl, say })
  owned.defer(async () => void (await Promise.all(services.map((service) => service.stop()))))

  const supervisors = [...services, servers.nats, servers.postgres].filter((one) => one !== undefined)
  const gaveUp = Promise.race(supervisors.map((one) => one.gaveUp)).then((reason) => Promise.reject(reason))
  await Promise.race([waitForServices(settings, signal), gaveUp])
  say(banner(settings, servers, data))
  await Promise.race([signal.aborted || once(signal, 'abort'), gaveUp])
}
