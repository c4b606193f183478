import type { Random } from '../../testkit/random.ts'

const MARK = 'cnry'
/** The first eight digits of every idempotency key. */
const KEY_MARK = 'c0ffee5e'
const CANARY = new RegExp(`${MARK}([a-z]+)(\\d+)z[0-9a-z]{4}|${KEY_MARK}-[0-9a-f-]{27}`, 'gi')

/** Returns a token that names its case. It has only letters and digits, so that no escaping changes it. */
export function makeToken(protocol: string, number: number, random: Random): string {
  const tail = Array.from({ length: 4 }, () => random.integer(0, 35).toString(36)).join('')
  return `${MARK}${protocol.replaceAll(/[^a-z]/g, '')}${number}z${tail}`
}

export function makeKey(random: Random): string {
  return `${KEY_MARK}${random.uuid().slice(8)}`
}

/** Returns the distinct canaries in a text. */
export function findCanaries(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(CANARY), ([token]) => token.toLowerCase()))]
}
