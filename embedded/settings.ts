import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ServiceName } from '../db/service-logins.ts'
import { isLoopback } from '../lib/auth/auth-settings.ts'
import { readSecretFiles } from '../lib/config/secret-settings.ts'
import { StartError } from './start-error.ts'

export const PROJECT_ROOT = fileURLToPath(new URL('..', import.meta.url))

/** In the order in which a lead passes them. `portVariable` is the setting of the service. */
export const SERVICES = [
  { name: 'intake', portVariable: 'INTAKE_PORT', defaultPort: 8000 },
  { name: 'triage', portVariable: 'TRIAGE_PORT', defaultPort: 8002 },
  { name: 'insights', portVariable: 'INSIGHTS_PORT', defaultPort: 8001 },
] as const satisfies readonly { name: ServiceName; portVariable: string; defaultPort: number }[]

export interface Settings {
  readonly host: string
  /** Off by default when only this machine can reach the services. */
  readonly auth: 'on' | 'off'
  /** Whether the services have a certificate. */
  readonly tls: boolean
  readonly ports: Readonly<Record<ServiceName, number>>
  /** An absolute path. */
  readonly dataDir: string
  /** An external PostgreSQL; `undefined` to start an embedded one. */
  readonly databaseUrl: string | undefined
  /** An external nats-server; `undefined` to start an embedded one. */
  readonly natsUrl: string | undefined
}

/** Reads the settings. An empty variable counts as not set. Throws a `StartError` that lists every invalid variable. */
export function readSettings(variables: NodeJS.ProcessEnv): Settings {
  const { env, faults } = readSecretFiles(['DATABASE_URL', 'NATS_URL'], variables)
  const errors = [...faults.values()]
  const port = (service: (typeof SERVICES)[number]) => {
    const text = env[service.portVariable] || String(service.defaultPort)
    const number = Number(text)
    if (/^\d+$/.test(text) && number >= 1 && number <= 65_535) return number
    errors.push(`${service.portVariable}=${text} is invalid: it must be an integer from 1 to 65535`)
    return service.defaultPort
  }
  const [intake, triage, insights] = [port(SERVICES[0]), port(SERVICES[1]), port(SERVICES[2])]
  if (new Set([intake, triage, insights]).size < 3) {
    errors.push('INTAKE_PORT, TRIAGE_PORT and INSIGHTS_PORT must be three different ports')
  }
  if (env.DATABASE_URL && !/^postgres(ql)?:\/\//.test(env.DATABASE_URL)) {
    errors.push('DATABASE_URL is invalid: it must be a URL like postgres://user:password@host:5432/leadtriage')
  }
  if (env.NATS_URL && !/^(nats|tls|wss?):\/\//.test(env.NATS_URL)) {
    errors.push('NATS_URL is invalid: it must be a URL like nats://host:4222')
  }
  const host = env.HOST || '127.0.0.1'
  const auth = env.AUTH || (isLoopback(host) ? 'off' : 'on')
  if (auth !== 'on' && auth !== 'off') errors.push(`AUTH=${auth} is invalid: it must be on or off`)
  if (auth === 'off' && !isLoopback(host)) {
    errors.push(`AUTH=off is invalid with HOST=${host}: other machines could read and change every lead`)
  }
  if (errors.length > 0) throw new StartError(errors.join('\n'))
  return {
    host,
    auth: auth === 'off' ? 'off' : 'on',
    tls: Boolean(env.TLS_CERT_FILE),
    ports: { intake, triage, insights },
    dataDir: env.DATA_DIR ? path.resolve(env.DATA_DIR) : path.join(PROJECT_ROOT, '.data'),
    databaseUrl: env.DATABASE_URL || undefined,
    natsUrl: env.NATS_URL || undefined,
  }
}

/**
 * The folder of Node's compile cache, which keeps the JavaScript without types and V8's code for it between starts. It
 * saves time, and the memory for stripping types.
 */
export function compileCache({ dataDir }: Settings): string {
  return process.env.NODE_COMPILE_CACHE || path.join(dataDir, 'compile-cache')
}

/** Returns the URL for calls from this machine to a service. */
export function serviceUrl({ host, tls }: Pick<Settings, 'host' | 'tls'>, port: number): string {
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
  return `${tls ? 'https' : 'http'}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}
