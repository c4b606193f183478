import { isIP } from 'node:net'
import { z } from 'zod'
import { authSettings } from '../auth/auth-settings.ts'
import { limitSettings } from '../limits/limit-settings.ts'
import { tlsSettings } from '../server/tls/tls-settings.ts'
import { fileVariable, isSecretSetting, readSecretFiles, secretSetting } from './secret-settings.ts'

/** All invalid settings of a service. The message is meant for the person who starts it. */
export class ConfigError extends Error {
  constructor(faults: readonly string[]) {
    super([`${faults.length} ${faults.length === 1 ? 'setting is' : 'settings are'} wrong:`, ...faults].join('\n  '))
    this.name = 'ConfigError'
  }
}

/** The parsed settings of a service, as returned by {@link loadConfig}. */
export type Config<T extends z.ZodRawShape> = z.output<z.ZodObject<T>>

/**
 * Reads settings from environment variables. A variable that is set but empty counts as not set. A setting marked by
 * {@link secretSetting} may be given as a file instead.
 *
 * @throws ConfigError with every invalid variable and the values that are allowed. It has the values of secret settings
 *   neither whole nor in part, and other values without what may be a password
 */
export function loadConfig<T extends z.ZodRawShape>(shape: T, env: NodeJS.ProcessEnv): Config<T> {
  const secrets = Object.keys(shape).filter((name) => isSecretSetting(shape[name]))
  const files = readSecretFiles(secrets, env)
  const given = Object.fromEntries(Object.entries(files.env).filter(([, value]) => value !== ''))
  const result = z.object(shape).safeParse(given)
  if (result.success && files.faults.size === 0) return result.data
  const invalid = (result.error?.issues ?? []).flatMap(({ path, message }) => {
    const name = String(path[0])
    if (files.faults.has(name)) return []
    const value = given[name]
    if (value === undefined) return `${name} is missing: it ${message}`
    if (!secrets.includes(name)) return `${name}=${withoutSecrets(value)} is wrong: it ${message}`
    const file = fileVariable(name)
    const variable = env[name] ? name : `the content of ${file}=${env[file]}`
    return `${variable} is wrong: it ${message}`
  })
  throw new ConfigError([...files.faults.values(), ...invalid])
}

/**
 * Masks what may be a secret in a URL, even in one that does not parse: everything before the last `@`, since a
 * password may contain one, and the values of the query string.
 */
function withoutSecrets(value: string): string {
  return value.replace(/^([a-z][a-z0-9+.-]*:(?:\/\/)?)?.*@/i, '$1***@').replace(/=[^&]*/g, '=***')
}

/** A whole number from `min` to `max`. */
export function integerSetting(min: number, max: number, fallback: number) {
  return z
    .string()
    .regex(/^\d{1,12}$/, { error: `must be a whole number from ${min} to ${max}` })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error: `must be a whole number from ${min} to ${max}` })
    .default(fallback)
}

/** @param separator separates URLs where several are allowed */
function urlSetting(protocols: readonly string[], example: string, separator?: string) {
  const isValid = (url: string) => URL.canParse(url) && protocols.includes(new URL(url).protocol)
  const each = (value: string) => (separator === undefined ? [value] : value.split(separator))
  const several = separator === undefined ? '' : `, or several separated by "${separator}"`
  return z
    .string({ error: `must be set, for example to ${example}` })
    .refine((value) => each(value).every(isValid), { error: `must be a URL such as ${example}${several}` })
}

/** IP addresses and CIDR blocks, separated by commas. */
function networksSetting() {
  return z
    .string()
    .transform((text) => text.split(',').map((network) => network.trim()))
    .refine((networks) => networks.every(isNetwork), {
      error: 'must be IP addresses or networks separated by commas, for example 10.0.0.0/8,2001:db8::1',
    })
    .default([])
}

function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address)
  return version !== 0 && (bits === undefined || (Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128)))
}

/** The settings of every service. */
export const commonSettings = {
  /** The address to listen on. Containers set 0.0.0.0. */
  HOST: z.string().default('127.0.0.1'),
  ...authSettings,
  ...limitSettings,
  /** Addresses and CIDR blocks of the proxies whose `X-Forwarded-For` is believed. */
  TRUSTED_PROXIES: networksSetting(),
  ...tlsSettings,
  DATABASE_URL: secretSetting(
    urlSetting(['postgres:', 'postgresql:'], 'postgres://user:password@127.0.0.1:5432/leadtriage'),
  ),
  /** Path of a PEM file with the authorities of PostgreSQL's certificate. */
  DATABASE_CA_FILE: z.string().optional(),
  NATS_URL: secretSetting(urlSetting(['nats:', 'tls:', 'ws:', 'wss:'], 'nats://127.0.0.1:4222', ',')),
  /** Path of a PEM file with the authorities of the certificates of NATS. */
  NATS_CA_FILE: z.string().optional(),
  /** Paths of PEM files with the certificate that the service shows to NATS, and its key. */
  NATS_CERT_FILE: z.string().optional(),
  NATS_KEY_FILE: z.string().optional(),
  /** Replicas of each stream: 1, or 3 on a cluster. */
  NATS_REPLICAS: integerSetting(1, 5, 1),
  /** Maximum number of events in the INSIGHTS stream, within its seven days. The oldest are removed first. */
  NATS_KEPT_INSIGHTS: integerSetting(1_000, 1_000_000_000, 1_000_000),
  /** Prefix of every stream and subject name, so that several installations can share a server. */
  NATS_NAMESPACE: z
    .string()
    .regex(/^[a-z0-9_-]{1,32}$/, { error: 'must be 1 to 32 of a-z, 0-9, "-" and "_"' })
    .optional(),
  /** Whether the service migrates the database schema when it starts. */
  MIGRATE_ON_START: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .default('true')
    .transform((value) => value === 'true'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'must be one of trace, debug, info, warn, error, fatal, silent',
    })
    .default('info'),
} as const
