/** How a request may be answered, by status or code: what its mutations have made of what it would get without them. */
export interface Expectation {
  /** When there are any, one of these must come, and the request must change nothing. */
  readonly demanded: Set<number>
  /** These may come as well. */
  readonly permitted: Set<number>
}

export function expectNothingYet(): Expectation {
  return { demanded: new Set(), permitted: new Set() }
}

export function demand({ demanded }: Expectation, ...outcomes: number[]): void {
  for (const outcome of outcomes) demanded.add(outcome)
}

export function permit({ permitted }: Expectation, ...outcomes: number[]): void {
  for (const outcome of outcomes) permitted.add(outcome)
}

/** @param plain what comes when no mutation demands anything else */
export function allowedOutcomes({ demanded, permitted }: Expectation, plain: Iterable<number>): Set<number> {
  return new Set([...(demanded.size > 0 ? demanded : plain), ...permitted])
}
