import type { webcrypto } from 'node:crypto'
import { createHmac, randomUUID } from 'node:crypto'
import { exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'

export interface SigningKey {
  readonly kid: string
  readonly alg: string
  readonly publicKey: webcrypto.CryptoKey
  readonly privateKey: webcrypto.CryptoKey
}

export interface SignOptions {
  /** Default: the newest key of the issuer. */
  readonly key?: SigningKey
  /** Replaces or, as undefined, removes fields of the header. */
  readonly header?: Readonly<Record<string, unknown>>
}

/** The keys of an issuer: the published ones, and the one that it signs with. */
export interface SigningKeys {
  readonly published: SigningKey[]
  readonly current: SigningKey
  /** Signs with a new key from now on, which is published at once; the older ones stay published. */
  rotate(alg?: string): Promise<SigningKey>
  /** Stops publishing a key. */
  withdraw(kid: string): void
  jwks(): Promise<{ keys: JWK[] }>
  sign(claims: JWTPayload, options?: SignOptions): Promise<string>
}

export async function createSigningKeys(alg = 'RS256'): Promise<SigningKeys> {
  const published = [await generateSigningKey(alg)]
  const current = () => published.at(-1) as SigningKey // one at least is never withdrawn by the tests
  return {
    published,
    get current() {
      return current()
    },
    rotate: async (newAlg = alg) => {
      published.push(await generateSigningKey(newAlg))
      return current()
    },
    withdraw: (kid) => {
      published.splice(
        published.findIndex((key) => key.kid === kid),
        1,
      )
    },
    jwks: async () => ({ keys: await Promise.all(published.map(publicJwkOf)) }),
    sign: (claims, { key = current(), header = {} } = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'JWT', ...header } as { alg: string })
        .sign(key.privateKey),
  }
}

export async function generateSigningKey(alg: string): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return { kid: randomUUID(), alg, publicKey, privateKey }
}

export async function publicJwkOf({ kid, alg, publicKey }: SigningKey): Promise<JWK> {
  return { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }
}

/** A token without a signature, `alg: none`. */
export function unsignedToken(claims: JWTPayload): string {
  return `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`
}

/** Algorithm confusion: a token with an HMAC whose secret is the public key, as PEM. */
export async function hmacToken(claims: JWTPayload, { kid, publicKey }: SigningKey): Promise<string> {
  const signed = `${encode({ alg: 'HS256', kid, typ: 'JWT' })}.${encode(claims)}`
  const secret = await exportSPKI(publicKey)
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
