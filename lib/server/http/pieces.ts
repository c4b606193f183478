/** The bytes of a body in the order in which they came. */
export interface Pieces {
  push(piece: Buffer): void
  /** All bytes together; they are no longer kept. */
  join(): Buffer
  clear(): void
}

/** A Buffer takes about a hundred bytes beside its own, so those of a body that comes byte by byte are joined now and then. */
const MAX_LOOSE = 256

/** Keeps the bytes of a body; what it takes in memory is in proportion to them, however small the pieces. */
export function createPieces(): Pieces {
  let joined: Buffer[] = []
  let loose: Buffer[] = []
  const clear = () => {
    joined = []
    loose = []
  }
  return {
    push: (piece) => {
      loose.push(piece)
      if (loose.length < MAX_LOOSE) return
      joined.push(Buffer.concat(loose))
      loose = []
    },
    join: () => {
      const all = [...joined, ...loose]
      clear()
      return all.length === 1 && all[0] !== undefined ? all[0] : Buffer.concat(all)
    },
    clear,
  }
}
