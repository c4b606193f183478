/**
 * How many messages were sent and are not settled, and how many bytes they have. It runs for every lead, so there is no
 * object for a message: replies come in the order of the messages, and a ring holds the sizes of those in between.
 */
export interface Outstanding {
  /** Whether one more message of that many bytes stays within both bounds. */
  hasRoom(bytes: number): boolean
  /** Whether half of either bound is taken. */
  isHalfFull(): boolean
  /** The number of the message that is added next; they count up for ever. */
  nextNumber(): number
  /** Adds a message; there must be room. */
  add(bytes: number): void
  /** Settles the oldest message, if there is one. */
  settleOldest(): void
  /** Settles a message and all before it; says how many those before were. */
  settleThrough(number: number): number
  /** Settles the oldest until there is room for a message of that many bytes, or all are; says how many. */
  makeRoom(bytes: number): number
  /** Settles all; says how many. */
  settleAll(): number
}

export function createOutstanding(maxMessages: number, maxBytes: number): Outstanding {
  const sizes = new Uint32Array(maxMessages)
  let oldest = 0 // its place in the ring
  let messages = 0
  let bytes = 0
  let settled = 0 // how many ever were, which is the number of the oldest

  const hasRoom = (more: number) => messages < maxMessages && bytes + more <= maxBytes
  const settleOldest = () => {
    if (messages === 0) return
    bytes -= sizes[oldest] ?? 0
    oldest = (oldest + 1) % maxMessages
    messages -= 1
    settled += 1
  }
  /** Settles the oldest as long as there is one and `goesOn`; says how many. */
  const settleWhile = (goesOn: () => boolean) => {
    const before = settled
    while (messages > 0 && goesOn()) settleOldest()
    return settled - before
  }

  return {
    hasRoom,
    isHalfFull: () => 2 * messages >= maxMessages || 2 * bytes >= maxBytes,
    nextNumber: () => settled + messages,
    add: (size) => {
      sizes[(oldest + messages) % maxMessages] = size
      messages += 1
      bytes += size
    },
    settleOldest,
    settleThrough: (number) => {
      const before = settleWhile(() => settled < number)
      if (settled === number) settleOldest()
      return before
    },
    makeRoom: (size) => settleWhile(() => !hasRoom(size)),
    settleAll: () => settleWhile(() => true),
  }
}
