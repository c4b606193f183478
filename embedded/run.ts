import { once } from 'node:events'
import { banner } from './banner.ts'
import { fillCompileCache } from './compile-cache.ts'
import { openDataDir, removeData } from './data-dir.ts'
import { createFirstKey, prepareEmbeddedDatabase, prepareExternalDatabase } from './database.ts'
import { rotateLogs } from './rotate-logs.ts'
import { startServers } from './servers.ts'
import { assertServicePortsFree } from './service-ports.ts'
import { startServices, waitForServices } from './services.ts'
import type { Settings } from './settings.ts'

/** Starts everything and waits for `signal`. Then, or when a step fails, stops everything in reverse order. */
export async function run(
  settings: Settings,
  fresh: boolean,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  await using owned = new AsyncDisposableStack()

  const data = await openDataDir(settings.dataDir)
  owned.defer(data.close)
  await assertServicePortsFree(settings)
  const isEmbedded = { postgres: settings.databaseUrl === undefined, nats: settings.natsUrl === undefined }
  if (fresh) await removeData(data, isEmbedded, print)
  void rotateLogs(Object.values(data.logFiles), signal)

  const [servers] = await Promise.all([
    startServers({ settings, data, print, signal, owned }),
    fillCompileCache(settings, signal),
  ])
  signal.throwIfAborted()
  const databaseUrls = await (isEmbedded.postgres ? prepareEmbeddedDatabase : prepareExternalDatabase)(
    servers.databaseUrl,
  )
  // no other command can reach the embedded database
  const needsKey = settings.auth === 'on' && isEmbedded.postgres
  const firstKey = needsKey ? await createFirstKey(databaseUrls.intake) : undefined
  signal.throwIfAborted()
  const services = await startServices({ settings, data, databaseUrls, natsUrl: servers.natsUrl, print })
  owned.defer(async () => void (await Promise.all(services.map((service) => service.stop()))))

  const supervisors = [...services, servers.nats, servers.postgres].filter((one) => one !== undefined)
  const failure = Promise.race(supervisors.map(({ failed }) => failed)).then((reason) => Promise.reject(reason))
  await Promise.race([waitForServices(settings, signal), failure])
  print(banner(settings, servers, data, firstKey))
  await Promise.race([signal.aborted || once(signal, 'abort'), failure])
}
