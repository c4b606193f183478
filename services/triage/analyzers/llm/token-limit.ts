import { SnoozeError } from '../../../../lib/mailbox/failure.ts'

/** Keeps one worker under a number of tokens a minute. */
export interface TokenLimit {
  /** @throws SnoozeError when the minute's tokens are spent, with the time until there are enough for all who wait */
  take(tokens: number): void
}

const MINUTE_MS = 60_000

/** A bucket that fills by the minute's tokens in a minute, and holds no more. */
export function createTokenLimit(tokensPerMinute: number, now = Date.now): TokenLimit {
  if (tokensPerMinute === 0) return { take: () => undefined }
  let [left, at] = [tokensPerMinute, now()]
  let lastTurn = at // when the last of those who wait comes back
  return {
    take: (tokens) => {
      left = Math.min(tokensPerMinute, left + ((now() - at) * tokensPerMinute) / MINUTE_MS)
      at = now()
      const wanted = Math.min(tokens, tokensPerMinute) // one that is larger than the bucket must get through too
      if (wanted > left) {
        const fillMs = (amount: number) => Math.ceil((amount * MINUTE_MS) / tokensPerMinute)
        // one after the other, or all who wait would come back for the same tokens
        lastTurn = lastTurn > at ? lastTurn + fillMs(wanted) : at + fillMs(wanted - left)
        throw new SnoozeError('the tokens of this minute are spent', lastTurn - at)
      }
      left -= wanted
    },
  }
}
