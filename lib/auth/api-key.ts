import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/*
 * The format of API keys: `lt_sk_<random>_<checksum>` for secret keys and `lt_pk_…` for publishable ones. The random part
 * is 24 bytes (192 bits) in hex. The checksum is the first 8 hex digits of the SHA-256 of everything before its
 * underscore; it tells a mistyped or truncated key, and a key of the other kind, without a look-up.
 */

export type KeyKind = 'secret' | 'publishable'

const PREFIXES = { secret: 'lt_sk', publishable: 'lt_pk' } as const satisfies Record<KeyKind, string>
const RANDOM_BYTES = 24
const CHECKSUM_DIGITS = 8
const FORMAT = /^(lt_[sp]k)_([0-9a-f]{48})_([0-9a-f]{8})$/
const HINT_DIGITS = 4

/** A new key. The text is shown once; only its hash is stored. */
export function generateKey(kind: KeyKind): string {
  const body = `${PREFIXES[kind]}_${randomBytes(RANDOM_BYTES).toString('hex')}`
  return `${body}_${checksumOf(body)}`
}

/** The kind of a well-formed key; undefined for any other text. */
export function kindOfKey(text: string): KeyKind | undefined {
  const [, prefix, random, checksum] = FORMAT.exec(text) ?? []
  if (checksum === undefined) return undefined
  const expected = checksumOf(`${prefix}_${random}`)
  if (!timingSafeEqual(Buffer.from(checksum), Buffer.from(expected))) return undefined
  return prefix === PREFIXES.secret ? 'secret' : 'publishable'
}

/** Whether a text has the prefix of a key, complete or not. */
export function looksLikeKey(text: string): boolean {
  return /^lt_[sp]k_/.test(text)
}

/** SHA-256, which is what the database stores. A slow hash is not needed: the key has 192 random bits. */
export function hashOfKey(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

/** What may be shown of a key, to tell it from others: `lt_sk_1a2b…`. */
export function hintOfKey(key: string): string {
  return `${key.slice(0, PREFIXES.secret.length + 1 + HINT_DIGITS)}…`
}

function checksumOf(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, CHECKSUM_DIGITS)
}
