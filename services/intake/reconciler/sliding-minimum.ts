/**
 * Sliding-window minimum of times. The reconciler uses it because a lead that was in the queue a moment ago may be in
 * flight now, and must not be republished.
 *
 * @param windowMs how long a time counts
 * @returns adds a time (undefined adds nothing) at `nowMs` of a monotonic clock, and returns the earliest in the window
 */
export function createSlidingMinimum(windowMs: number): (time: Date | undefined, nowMs: number) => Date | undefined {
  let samples: { readonly time: Date; readonly addedAtMs: number }[] = []
  return (time, nowMs) => {
    samples = samples.filter(({ addedAtMs }) => nowMs - addedAtMs < windowMs)
    if (time !== undefined) samples.push({ time, addedAtMs: nowMs })
    return samples.reduce<Date | undefined>(
      (earliest, { time }) => (earliest === undefined || time < earliest ? time : earliest),
      undefined,
    )
  }
}
