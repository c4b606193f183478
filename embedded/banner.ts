import { randomUUID } from 'node:crypto'
import type { DataDir } from './data-dir.ts'
import type { Servers } from './servers.ts'
import { type Settings, serviceUrl } from './settings.ts'

/**
 * Returns the text that `npm start` prints when everything is ready.
 * @param firstKey an API key that was created in this start
 */
export function banner(settings: Settings, servers: Servers, data: DataDir, firstKey: string | undefined): string {
  const intake = serviceUrl(settings, settings.ports.intake)
  const insights = serviceUrl(settings, settings.ports.insights)
  const triage = serviceUrl(settings, settings.ports.triage)
  const nats = servers.natsServer
  const dataFolders = [servers.postgres && data.postgres, servers.nats && data.nats].filter(Boolean)
  return `
leadtriage is ready

  intake     ${intake}   docs: ${intake}/docs
  insights   ${insights}   docs: ${insights}/docs
  triage     ${triage}   docs: ${triage}/docs

${describeAuth(settings, firstKey)}

Try it: create a lead, then get its insight (with the id from the first response)

  curl -sS ${intake}/leads/ -H 'Content-Type: application/json' \\
    -H 'Idempotency-Key: ${randomUUID()}' \\
    -d '{"note": "Need urgent pricing for 50 seats ASAP! Want to buy next week."}'

  curl -sS '${insights}/leads/<id>/insight?wait=5s'

  PostgreSQL   ${servers.postgres ? `embedded, ${servers.databaseUrl.replace(/:[^:@/]*@/, ':***@')}` : 'external, from DATABASE_URL'}
  nats-server  ${nats ? `embedded, ${servers.natsUrl}, version ${nats.version} from ${nats.source} (${nats.bin})` : 'external, from NATS_URL'}
  data         ${dataFolders.join(', ') || 'in the external servers'}
  logs         ${data.logs}

Press Ctrl-C to stop everything. \`npm start -- --fresh\` starts with empty data.
`
}

function describeAuth({ auth }: Settings, firstKey: string | undefined): string {
  if (auth === 'off')
    return 'AUTH=off: every process on this machine may call every method. AUTH=on demands credentials.'
  const howTo = "AUTH=on: every call needs a credential, such as -H 'Authorization: Bearer lt_sk_…'."
  if (firstKey === undefined) return howTo
  return `${howTo} The first API key, shown only now:\n\n  ${firstKey}`
}
