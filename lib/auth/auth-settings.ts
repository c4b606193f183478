import { z } from 'zod'

/** The settings of authentication that every service has. */
export const authSettings = {
  /** `on`: every call needs a credential. `off`: none does, which works on loopback addresses only. */
  AUTH: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
} as const

/** Whether only processes on the same machine can reach an address to listen on. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}
