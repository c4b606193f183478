/** The chunks of a body, in order of arrival. */
export interface ChunkList {
  push(chunk: Buffer): void
  /** Returns all bytes and empties the list. */
  join(): Buffer
  clear(): void
}

/** A Buffer has an overhead of about 100 bytes, so small chunks are merged once there are this many. */
const MAX_LOOSE = 256

/** Collects the chunks of a body. Memory use is proportional to the number of bytes, however small the chunks are. */
export function createChunkList(): ChunkList {
  let merged: Buffer[] = []
  let loose: Buffer[] = []
  const clear = () => {
    merged = []
    loose = []
  }
  return {
    push: (chunk) => {
      loose.push(chunk)
      if (loose.length < MAX_LOOSE) return
      merged.push(Buffer.concat(loose))
      loose = []
    },
    join: () => {
      const all = [...merged, ...loose]
      clear()
      return all.length === 1 && all[0] !== undefined ? all[0] : Buffer.concat(all)
    },
    clear,
  }
}
