/** A health check of one dependency. */
export interface ReadinessCheck {
  readonly name: string
  /**
   * If a required check fails, the service is unready and takes no work. Otherwise it is degraded and keeps working.
   */
  readonly required: boolean
  /** Resolves if the dependency is healthy. Rejects with a message for operators. */
  check(): Promise<void>
}

export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'unready'
  /** By check name: `ok` or the failure message. */
  readonly checks: Readonly<Record<string, string>>
}

export interface ReadinessMonitor {
  /** Runs every check once, in parallel. */
  evaluate(): Promise<Readiness>
  /** Marks the service as unready for good, before it stops. */
  startDraining(): void
}

/**
 * @param onStatus is called with the status of every evaluation
 * @param timeoutMs timeout of each check
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
    timer = setTimeout(() => resolve(`no response within ${timeoutMs} ms`), timeoutMs)
  })
  const outcome = check().then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  return Promise.race([outcome, timeout]).finally(() => clearTimeout(timer))
}
