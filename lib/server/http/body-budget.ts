import type { IncomingHttpHeaders } from 'node:http'
import { AppError, ErrorCode } from '../../errors/app-error.ts'

/*
 * What the bodies take of the process that have come, or are announced, and are not answered yet. Invariants:
 *  1. Together they hold at most the budget: what would go over it is refused before it is kept.
 *  2. A call gives back all that it took, once, when it has ended.
 */

export interface BodyBudget {
  /** For the body of one call. */
  hold(): HeldBody
}

interface HeldBody {
  /** @throws AppError `overloaded` when all bodies together would hold more than the budget */
  take(bytes: number): void
  /** Takes what it does not hold yet of so many bytes, likewise. */
  takeUpTo(bytes: number): void
  release(): void
}

export function createBodyBudget(maxBytes: number): BodyBudget {
  let heldBytes = 0
  return {
    hold: () => {
      let ownBytes = 0
      const take = (bytes: number) => {
        if (heldBytes + bytes > maxBytes) throw overloaded() // 1
        heldBytes += bytes
        ownBytes += bytes
      }
      return {
        take,
        takeUpTo: (bytes) => {
          if (bytes > ownBytes) take(bytes - ownBytes)
        },
        release: () => {
          heldBytes -= ownBytes
          ownBytes = 0 // 2
        },
      }
    },
  }
}

/** How many bytes one of a compressed body counts for. A guess from above for text; only its sender knows. */
const COMPRESSED_WEIGHT = 10
const ENCODING_HEADERS = ['content-encoding', 'grpc-encoding'] as const

/** How many bytes one of the body counts for: what is kept of a compressed one is longer. */
export function weightOfBytes(headers: IncomingHttpHeaders): number {
  const isCompressed = ENCODING_HEADERS.some((name) => (headers[name] ?? 'identity') !== 'identity')
  return isCompressed ? COMPRESSED_WEIGHT : 1
}

function overloaded(): AppError {
  return new AppError(ErrorCode.Overloaded, 'Too much is being received; try again shortly.', { retryAfterSeconds: 1 })
}
