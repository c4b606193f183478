import type { IncomingCall } from './access-control.ts'

const BEARER = /^Bearer +(\S+) *$/i

/** The token of the header `Authorization: Bearer`; undefined if the call has no such header. */
export function bearerToken(call: Pick<IncomingCall, 'header'>): string | undefined {
  const value = call.header('authorization')
  if (value === undefined) return undefined
  // the usual spelling, without a regular expression
  if (value.startsWith('Bearer ') && value.indexOf(' ', 7) === -1) return value.slice(7)
  return BEARER.exec(value)?.[1]
}
