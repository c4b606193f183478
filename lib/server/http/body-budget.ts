import type { IncomingHttpHeaders } from 'node:http'
import { AppError, ErrorCode } from '../../errors/app-error.ts'

/*
 * Limits the memory for request bodies that are received, or declared by Content-Length, and whose calls have not
 * ended. Invariants:
 *  1. All bodies together hold at most the budget. Bytes above it are rejected before they are stored.
 *  2. A call releases everything it holds exactly once, when it ends.
 */

export interface BodyBudget {
  /** Starts accounting for the body of one call. */
  reserve(): BodyReservation
}

export interface BodyReservation {
  /** @throws AppError `overloaded` if all bodies together would exceed the budget */
  take(bytes: number): void
  /**
   * Takes the difference between `bytes` and what the call holds already.
   * @throws AppError like `take`
   */
  takeUpTo(bytes: number): void
  release(): void
}

export function createBodyBudget(maxBytes: number): BodyBudget {
  let reservedBytes = 0
  return {
    reserve: () => {
      let ownBytes = 0
      const take = (bytes: number) => {
        if (reservedBytes + bytes > maxBytes) throw overloaded() // 1
        reservedBytes += bytes
        ownBytes += bytes
      }
      return {
        take,
        takeUpTo: (bytes) => {
          if (bytes > ownBytes) take(bytes - ownBytes)
        },
        release: () => {
          reservedBytes -= ownBytes
          ownBytes = 0 // 2
        },
      }
    },
  }
}

/** Assumed compression ratio, an upper estimate for text. The decompressed size is unknown until then. */
const COMPRESSED_WEIGHT = 10
const ENCODING_HEADERS = ['content-encoding', 'grpc-encoding', 'connect-content-encoding'] as const

/** The number of bytes to count for each received byte: a compressed body is larger in memory. */
export function weightOfBytes(headers: IncomingHttpHeaders): number {
  const isCompressed = ENCODING_HEADERS.some((name) => (headers[name] ?? 'identity') !== 'identity')
  return isCompressed ? COMPRESSED_WEIGHT : 1
}

function overloaded(): AppError {
  return new AppError(ErrorCode.Overloaded, 'The server is receiving too much data; retry later.', {
    retryAfterSeconds: 1,
  })
}
