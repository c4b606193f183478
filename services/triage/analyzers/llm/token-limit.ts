import { RetryLaterError } from '../../../../lib/mailbox/failure.ts'

/** Keeps one worker under a number of tokens a minute. */
export interface TokenLimit {
  /** @throws RetryLaterError when the minute's tokens are spent, with the time until there are enough */
  take(tokens: number): void
}

const MINUTE_MS = 60_000

/** A bucket that fills by the minute's tokens in a minute, and holds no more. */
export function createTokenLimit(tokensPerMinute: number, now = Date.now): TokenLimit {
  if (tokensPerMinute === 0) return { take: () => undefined }
  let [left, at] = [tokensPerMinute, now()]
  return {
    take: (tokens) => {
      left = Math.min(tokensPerMinute, left + ((now() - at) * tokensPerMinute) / MINUTE_MS)
      at = now()
      const wanted = Math.min(tokens, tokensPerMinute) // one that is larger than the bucket must get through too
      if (wanted > left) {
        const waitMs = Math.ceil(((wanted - left) * MINUTE_MS) / tokensPerMinute)
        throw new RetryLaterError('the tokens of this minute are spent', waitMs)
      }
      left -= wanted
    },
  }
}
