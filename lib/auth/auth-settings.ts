import { z } from 'zod'
import { secureUrlSetting } from '../config/secure-url-setting.ts'

/** The settings of authentication that every service has. */
export const authSettings = {
  /** `on`: every call needs a credential. `off`: none does, which works on loopback addresses only. */
  AUTH: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
  /** Origins whose pages may call the service, besides the origins of publishable keys, which intake reads. */
  CORS_ORIGINS: z
    .string()
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .refine((origins) => origins.every(isOrigin), {
      error:
        'must be origins in lower case without a path, separated by commas, such as https://www.example.com; the ' +
        'wildcard * is not supported',
    })
    .default([]),
  /** The OpenID provider by which people sign in to insights. Every service must know whether there is one. */
  OIDC_ISSUER: secureUrlSetting('https://login.example.com').optional(),
} as const

/** Whether a text is an origin as browsers send it: a scheme, a host, and a port other than the default one. */
export function isOrigin(text: string): boolean {
  return /^https?:\/\/[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text
}

/** Whether only processes on the same machine can reach an address to listen on. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}
