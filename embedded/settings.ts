import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ServiceName } from '../db/service-logins.ts'
import { StartError } from './start-error.ts'

export const PROJECT_ROOT = fileURLToPath(new URL('..', import.meta.url))

/** In the order of the lead's path. `portVariable` is the setting the service itself reads. */
export const SERVICES = [
  { name: 'intake', portVariable: 'INTAKE_PORT', defaultPort: 8000 },
  { name: 'triage', portVariable: 'TRIAGE_PORT', defaultPort: 8002 },
  { name: 'insights', portVariable: 'INSIGHTS_PORT', defaultPort: 8001 },
] as const satisfies readonly { name: ServiceName; portVariable: string; defaultPort: number }[]

export interface Settings {
  readonly host: string
  readonly ports: Readonly<Record<ServiceName, number>>
  /** Absolute. */
  readonly dataDir: string
  /** A server of the person's own; `undefined`: start one. */
  readonly databaseUrl: string | undefined
  readonly natsUrl: string | undefined
}

/** Throws a `StartError` that names every wrong variable at once. An empty variable counts as not set. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const faults: string[] = []
  const port = (service: (typeof SERVICES)[number]) => {
    const text = env[service.portVariable] || String(service.defaultPort)
    const number = Number(text)
    if (/^\d+$/.test(text) && number >= 1 && number <= 65_535) return number
    faults.push(`${service.portVariable}=${text} is wrong: it must be a whole number from 1 to 65535`)
    return service.defaultPort
  }
  const [intake, triage, insights] = [port(SERVICES[0]), port(SERVICES[1]), port(SERVICES[2])]
  if (new Set([intake, triage, insights]).size < 3) {
    faults.push('INTAKE_PORT, TRIAGE_PORT and INSIGHTS_PORT must be three different ports')
  }
  if (env.DATABASE_URL && !/^postgres(ql)?:\/\//.test(env.DATABASE_URL)) {
    faults.push('DATABASE_URL is wrong: it must be like postgres://user:password@host:5432/leadtriage')
  }
  if (env.NATS_URL && !/^(nats|tls|wss?):\/\//.test(env.NATS_URL)) {
    faults.push('NATS_URL is wrong: it must be like nats://host:4222')
  }
  if (faults.length > 0) throw new StartError(faults.join('\n'))
  return {
    host: env.HOST || '127.0.0.1',
    ports: { intake, triage, insights },
    dataDir: env.DATA_DIR ? path.resolve(env.DATA_DIR) : path.join(PROJECT_ROOT, '.data'),
    databaseUrl: env.DATABASE_URL || undefined,
    natsUrl: env.NATS_URL || undefined,
  }
}

/**
 * Keeps the TypeScript without its types, and V8's code for it, from one start to the next: faster, and without the
 * memory that removing the types takes.
 */
export function compileCache({ dataDir }: Settings): string {
  return process.env.NODE_COMPILE_CACHE || path.join(dataDir, 'compile-cache')
}

/** Where a service can be called from this machine, when it listens on `host`. */
export function serviceUrl(host: string, port: number): string {
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}
