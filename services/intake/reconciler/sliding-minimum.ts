/**
 * Remembers times for a while, and tells the earliest of them. What waited in the queue a moment ago may be in a worker's
 * hands now: that it waits no longer does not make it forgotten.
 *
 * @param windowMs for how long one is remembered
 * @returns takes the newest time, and `nowMs` of any clock that only goes forward; undefined stands for none, and is no
 *   earlier than any
 */
export function createSlidingMinimum(windowMs: number): (time: Date | undefined, nowMs: number) => Date | undefined {
  let recent: { readonly time: Date; readonly readAtMs: number }[] = []
  return (time, nowMs) => {
    recent = recent.filter(({ readAtMs }) => nowMs - readAtMs < windowMs)
    if (time !== undefined) recent.push({ time, readAtMs: nowMs })
    return recent.reduce<Date | undefined>(
      (earliest, { time }) => (earliest === undefined || time < earliest ? time : earliest),
      undefined,
    )
  }
}
