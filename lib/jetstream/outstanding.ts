/**
 * The number and size of the messages that were sent and are not settled. It allocates nothing per message, since it
 * runs for every lead: replies arrive in sending order, and a ring buffer holds the sizes of the unsettled messages.
 */
export interface Outstanding {
  /** Whether one more message of this size stays within both bounds. */
  hasRoom(bytes: number): boolean
  /** Whether half of either bound is used. */
  isHalfFull(): boolean
  /** The sequence number of the next message. */
  nextNumber(): number
  /** Adds a message. There must be room for it. */
  add(bytes: number): void
  /** Settles the oldest message, if any. */
  settleOldest(): void
  /** Settles a message and all before it. Returns the number of those before it. */
  settleThrough(number: number): number
  /** Settles the oldest messages until one of this size has room or none are left. Returns the number settled. */
  makeRoom(bytes: number): number
  /** Settles all messages. Returns the number settled. */
  settleAll(): number
}

export function createOutstanding(maxMessages: number, maxBytes: number): Outstanding {
  const sizes = new Uint32Array(maxMessages)
  let oldest = 0 // index in the ring
  let messages = 0
  let bytes = 0
  let settled = 0 // in total, which is also the number of the oldest unsettled message

  const hasRoom = (more: number) => messages < maxMessages && bytes + more <= maxBytes
  const settleOldest = () => {
    if (messages === 0) return
    bytes -= sizes[oldest] ?? 0
    oldest = (oldest + 1) % maxMessages
    messages -= 1
    settled += 1
  }
  /** Settles the oldest messages while `condition` holds. Returns the number settled. */
  const settleWhile = (condition: () => boolean) => {
    const before = settled
    while (messages > 0 && condition()) settleOldest()
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
