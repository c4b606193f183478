import type { Rate } from './rate.ts'
import type { Taken } from './token-buckets.ts'

/*
 * The response headers of draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy` lists the limits, `RateLimit` the
 * state of one of them. Both are lists of RFC 9651 with parameters.
 */

/** For example `"client";q=5000;w=1`. */
export function policyItem(name: string, { quota, windowSeconds }: Rate): string {
  return `"${name}";q=${quota};w=${windowSeconds}`
}

/** For example `"client";r=4999;t=1`: calls left, and seconds until there are more. */
export function stateItem(name: string, taken: Taken): string {
  return `"${name}";r=${taken.remaining};t=${secondsUntilMore(taken)}`
}

/** Whole seconds, at least 1, as `Retry-After` and the parameter `t` take them. */
export function secondsUntilMore({ waitMs }: Taken): number {
  return Math.max(1, Math.ceil(waitMs / 1_000))
}
