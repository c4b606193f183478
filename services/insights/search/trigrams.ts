/**
 * Trigrams are hashed to so many bits, so that hardly any that occurs in a segment shares its hash with another one: a
 * text has some hundred, all leads together some hundred thousand.
 */
export const TRIGRAM_BITS = 24

/**
 * Calls `visit` with the hash of every three successive UTF-16 code units, repeated ones included. Letters, digits, signs
 * and emoji of any script count alike.
 */
export function eachTrigram(text: string, visit: (trigram: number) => void): void {
  let first = text.charCodeAt(0)
  let second = text.charCodeAt(1)
  for (let i = 2; i < text.length; i++) {
    const third = text.charCodeAt(i)
    visit(hash(first, second, third))
    first = second
    second = third
  }
}

/** The distinct trigrams of a text. */
export function trigramsOf(text: string): number[] {
  const trigrams = new Set<number>()
  eachTrigram(text, (trigram) => trigrams.add(trigram))
  return [...trigrams]
}

/** Must not change: stored segments contain it. The constants are those of xxHash and MurmurHash. */
function hash(first: number, second: number, third: number): number {
  let mixed = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b) ^ Math.imul(third, 0xc2b2ae35)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  return (mixed ^ (mixed >>> 12)) >>> (32 - TRIGRAM_BITS)
}
