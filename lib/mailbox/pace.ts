/** How many messages a worker may have in hand: as many as it can finish in time, as its latest ones tell. */
export interface Pace {
  /** 1 to the most that it may have. */
  readonly limit: number
  /**
   * Tells of a message that is no longer in hand, finished or not.
   *
   * @param inHandMs for how long it was
   * @param among how many were in hand when it came, itself included
   */
  finished(inHandMs: number, among: number): void
}

/** A worker that nobody knows yet begins with so many, and has shown after as many whether it may have more. */
const FIRST_LIMIT = 16
/** What one message tells counts for so much. */
const WEIGHT = 1 / 16

/**
 * @param withinMs in which a message that comes now is to be finished
 * @param most the limit that is never passed
 */
export function createPace(withinMs: number, most: number): Pace {
  let reachable = Math.min(most, FIRST_LIMIT)
  return {
    get limit() {
      return Math.max(1, Math.floor(reachable))
    },
    finished: (inHandMs, among) => {
      // whoever came as one of ten and took two seconds was one of ten that are finished in two seconds
      const told = inHandMs <= 0 ? most : Math.min(most, (among * withinMs) / inHandMs)
      reachable += (told - reachable) * WEIGHT
    },
  }
}
