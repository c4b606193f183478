import { randomUUID } from 'node:crypto'
import type { DataDir } from './data-dir.ts'
import type { Servers } from './servers.ts'
import { type Settings, serviceUrl } from './settings.ts'

/** What the person sees when everything runs. */
export function banner(settings: Settings, servers: Servers, data: DataDir): string {
  const intake = serviceUrl(settings.host, settings.ports.intake)
  const insights = serviceUrl(settings.host, settings.ports.insights)
  const triage = serviceUrl(settings.host, settings.ports.triage)
  const nats = servers.natsServer
  const kept = [servers.postgres && data.postgres, servers.nats && data.nats].filter(Boolean)
  return `
leadtriage is up

  intake     ${intake}   docs: ${intake}/docs
  insights   ${insights}   docs: ${insights}/docs
  triage     ${triage}   docs: ${triage}/docs

Try it: send a lead, then read what became of it (with the id from the first answer)

  curl -sS ${intake}/leads/ -H 'Content-Type: application/json' \\
    -H 'Idempotency-Key: ${randomUUID()}' \\
    -d '{"note": "Need urgent pricing for 50 seats ASAP! Want to buy next week."}'

  curl -sS '${insights}/leads/<id>/insight?wait=5s'

  PostgreSQL   ${servers.postgres ? `ours, ${servers.databaseUrl.replace(/:[^:@/]*@/, ':***@')}` : 'yours, from DATABASE_URL'}
  nats-server  ${nats ? `ours, ${servers.natsUrl}: ${nats.version} from ${nats.source} (${nats.bin})` : 'yours, from NATS_URL'}
  data         ${kept.join(', ') || 'with your servers'}
  logs         ${data.logs}

Ctrl-C stops everything. \`npm start -- --fresh\` begins anew.
`
}
