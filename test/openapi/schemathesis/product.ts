import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { SERVICE_NAMES, type ServiceName } from '../../../db/service-logins.ts'
import { startServers } from '../../../testkit/servers/servers.ts'
import { createLauncher } from '../../../testkit/services/launcher.ts'

/** The product on its own servers, with leads, insights and dead letters. */
export interface Product {
  readonly urls: Readonly<Record<ServiceName, string>>
  /** Temporary folder with the logs of the services. */
  readonly scratchDir: string
  /** Ids of leads with an insight, and of dead letters. */
  readonly leadIds: readonly string[]
  /** @returns services that did not stop cleanly */
  stop(): Promise<string[]>
}

const DATABASE = 'schemathesis'

export async function startProduct(print: (line: string) => void, signal: AbortSignal): Promise<Product> {
  const servers = await startServers(print)
  let stopServices = async (): Promise<string[]> => []
  const stop = async () => {
    const faults = await stopServices()
    await servers.stop()
    return faults
  }
  try {
    const { serviceUrls, ownerUrl } = await servers.createDatabase(DATABASE)
    const { startReady, stopAll } = createLauncher({
      namespace: DATABASE,
      databaseUrls: serviceUrls,
      natsUrl: servers.nats.url,
      logDir: servers.scratchDir,
      mark: servers.scratchDir,
      signal,
    })
    stopServices = stopAll
    const urls: Partial<Record<ServiceName, string>> = {}
    for (const name of SERVICE_NAMES) urls[name] = (await startReady(name)).url
    const ready = urls as Record<ServiceName, string>
    return { urls: ready, scratchDir: servers.scratchDir, leadIds: await storeLeads(ready, ownerUrl), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function storeLeads(urls: Record<ServiceName, string>, ownerUrl: string): Promise<string[]> {
  const ids: string[] = []
  for (const note of ['A quote for 50 seats, please', 'I cannot log in', 'Ich suche Arbeit', 'Buy followers']) {
    const response = await fetch(`${urls.intake}/leads/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body: JSON.stringify({ note }),
    })
    const { id } = (await response.json()) as { id: string }
    await fetch(`${urls.insights}/leads/${id}/insight?wait=10s`)
    ids.push(id)
  }
  const sql = postgres(ownerUrl, { max: 1 })
  // of leads that do not exist, so that a redrive does not remove the dead letters
  const deadLetters = await sql<{ lead_id: string }[]>`
    insert into dead_letters (lead_id, generation, reason, error, attempts)
    select gen_random_uuid(), 1, 'failed', 'for Schemathesis', 5 from generate_series(1, 3) returning lead_id`
  await sql.end()
  return [...ids, ...deadLetters.map((row) => row.lead_id)]
}
