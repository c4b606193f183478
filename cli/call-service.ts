import { z } from 'zod'
import { loadConfig } from '../lib/config/load-config.ts'
import { secretSetting } from '../lib/config/secret-settings.ts'

export const DEFAULT_URL = 'http://127.0.0.1:8000'

const settings = {
  LEADTRIAGE_API_KEY: secretSetting(
    z
      .string()
      .regex(/^[\x21-\x7e]+$/, { error: 'must consist of ASCII characters without spaces' })
      .optional(),
  ),
} as const

/**
 * The header with the caller's credential, from `LEADTRIAGE_API_KEY` or `LEADTRIAGE_API_KEY_FILE`; none if it is not set.
 * @throws ConfigError without the value
 */
export function credentialHeader(env: NodeJS.ProcessEnv): { authorization?: string } {
  const { LEADTRIAGE_API_KEY: key } = loadConfig(settings, env)
  return key === undefined ? {} : { authorization: `Bearer ${key}` }
}

/** A call to a service that had no result. */
export class CallError extends Error {
  /** Whether the same call may succeed later. It may have had its effect. */
  readonly mayRetry: boolean

  constructor(message: string, mayRetry: boolean, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CallError'
    this.mayRetry = mayRetry
  }
}

/** Calls a REST route of a service and returns the JSON body. @throws CallError */
export type CallService = <T>(method: 'GET' | 'POST', path: string, body?: object) => Promise<T>

interface CallerOptions {
  /** The base URL of the service. */
  readonly url: string
  readonly env: NodeJS.ProcessEnv
  readonly service: 'intake' | 'insights'
  /** What the key must permit, for the message when it does not. */
  readonly scopes: string
}

/** @throws Error if the URL or the credential is invalid */
export function createCaller({ url, env, service, scopes }: CallerOptions): CallService {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new Error('--url must begin with http:// or https://')
  }
  const credential = credentialHeader(env)
  return async <T>(method: 'GET' | 'POST', path: string, body?: object) => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { ...credential, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new CallError(`the connection to ${url} failed: ${causeOf(error)}`, true, { cause: error })
    })
    if (!response.ok) throw await refusal(response, service, scopes)
    return (await response.json()) as T // the contract of the service, which test/openapi/contract.test.ts checks
  }
}

/** Server errors, timeouts (408, 499), 425 and rate limits (429) are worth a retry. */
async function refusal(response: Response, service: string, scopes: string): Promise<CallError> {
  const { status, url } = response
  const mayRetry = status >= 500 || [408, 425, 429, 499].includes(status)
  const type = response.headers.get('content-type') ?? 'no content type'
  if (!type.startsWith('application/problem+json')) {
    return new CallError(`${url} responded ${status} with ${type}, which is not a response of ${service}`, mayRetry)
  }
  const { detail } = (await response.json()) as { detail: string }
  const hint = status === 401 || status === 403 ? `\nSet LEADTRIAGE_API_KEY to a key with ${scopes}.` : ''
  return new CallError(`${detail}${hint}`, mayRetry)
}

function causeOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error))
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}
