/*
 * Hashes of texts and of features: signed 32-bit integers, which the JavaScript engine stores without allocation. Not for anything that
 * must resist an attacker.
 */

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** The hash of a word or name (FNV-1a). */
export function wordHash(text: string): number {
  let hash = FNV_OFFSET | 0
  for (let i = 0; i < text.length; i++) hash = withCode(hash, text.charCodeAt(i))
  return hash
}

/** The hash of a text with one more character code. */
export function withCode(hash: number, code: number): number {
  return Math.imul(hash ^ code, FNV_PRIME)
}

/** Combines two hashes; the order matters. The mixing steps are those of MurmurHash3. */
export function mixed(first: number, second: number): number {
  let hash = Math.imul(first, 0xcc9e2d51) ^ second
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
