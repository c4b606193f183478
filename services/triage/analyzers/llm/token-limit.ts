import { SnoozeError } from '../../../../lib/mailbox/failure.ts'

/** Limits the tokens per minute of one worker. */
export interface TokenLimit {
  /**
   * @throws SnoozeError when there are not enough tokens, with the time until there are enough for all waiting notes
   */
  take(tokens: number): void
}

const MINUTE_MS = 60_000

/** A token bucket whose capacity is the tokens of one minute. */
export function createTokenLimit(tokensPerMinute: number, now = Date.now): TokenLimit {
  if (tokensPerMinute === 0) return { take: () => undefined }
  let [left, at] = [tokensPerMinute, now()]
  let lastRetryAt = at // when the last waiting note is retried
  return {
    take: (tokens) => {
      left = Math.min(tokensPerMinute, left + ((now() - at) * tokensPerMinute) / MINUTE_MS)
      at = now()
      const needed = Math.min(tokens, tokensPerMinute) // a note larger than the bucket must pass too
      if (needed > left) {
        const fillMs = (amount: number) => Math.ceil((amount * MINUTE_MS) / tokensPerMinute)
        // schedules waiting notes one after another, so that they do not compete for the same tokens
        lastRetryAt = lastRetryAt > at ? lastRetryAt + fillMs(needed) : at + fillMs(needed - left)
        throw new SnoozeError('LLM_TOKENS_PER_MINUTE is used up', lastRetryAt - at)
      }
      left -= needed
    },
  }
}
