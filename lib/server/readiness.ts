/** Something a service needs, asked whether it is there. */
export interface ReadinessCheck {
  readonly name: string
  /** Without a required one the service takes no work; without another it is degraded and goes on. */
  readonly required: boolean
  /** Resolves when all is well; rejects with a message that an operator may read. */
  check(): Promise<void>
}

export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'unready'
  /** `ok`, or what is wrong, for each check by name. */
  readonly checks: Readonly<Record<string, string>>
}

export interface ReadinessMonitor {
  /** Runs every check once, side by side. */
  evaluate(): Promise<Readiness>
  /** From now on the service is unready: it is about to stop. */
  startDraining(): void
}

/**
 * @param onStatus hears the outcome of every evaluation
 * @param timeoutMs how long one check may take before it counts as failed
 */
export function createReadinessMonitor(
  checks: readonly ReadinessCheck[],
  onStatus: (status: Readiness['status']) => void,
  timeoutMs = 2_000,
): ReadinessMonitor {
  let draining = false

  const evaluate = async (): Promise<Readiness> => {
    const outcomes = await Promise.all(checks.map((check) => outcomeOf(check, timeoutMs)))
    const failed = checks.filter((_, index) => outcomes[index] !== 'ok')
    const results = Object.fromEntries(checks.map(({ name }, index) => [name, outcomes[index] ?? 'ok']))
    if (draining) return { status: 'unready', checks: { ...results, service: 'is stopping' } }
    if (failed.some(({ required }) => required)) return { status: 'unready', checks: results }
    return { status: failed.length > 0 ? 'degraded' : 'ready', checks: results }
  }

  return {
    evaluate: async () => {
      const readiness = await evaluate()
      onStatus(readiness.status)
      return readiness
    },
    startDraining: () => {
      draining = true
      onStatus('unready')
    },
  }
}

async function outcomeOf({ check }: ReadinessCheck, timeoutMs: number): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${timeoutMs} ms`), timeoutMs)
  })
  const outcome = check().then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  return Promise.race([outcome, timeout]).finally(() => clearTimeout(timer))
}
