import type { Lifecycle } from '../../../lib/lifecycle/lifecycle.ts'
import { startPeriodicJob } from '../../../lib/lifecycle/periodic-job.ts'
import type { Log } from '../../../lib/log/log.ts'
import type { CorrectionEvents } from './correction-events.ts'
import type { CorrectionStore } from './correction-store.ts'

/** Each job looks into an index that is normally empty. */
const INTERVAL_MS = 1_000

interface CorrectionJobsParts {
  readonly corrections: CorrectionStore
  readonly events: CorrectionEvents
  readonly log: Log
}

/** Starts what every process does about corrections in the background: publishes missed events, and erases. */
export function startCorrectionJobs(
  { corrections, events, log }: CorrectionJobsParts,
  { onStop }: Pick<Lifecycle, 'onStop'>,
): void {
  const publishing = startPeriodicJob({
    run: events.publishMissed,
    intervalMs: INTERVAL_MS,
    failure: 'cannot publish the events of all corrections; retrying',
    log,
  })
  onStop('publishing of corrections', () => publishing.stop())
  const erasing = startPeriodicJob({
    run: corrections.eraseBatch,
    intervalMs: INTERVAL_MS,
    failure: 'cannot erase the corrections of erased leads; retrying',
    log,
  })
  onStop('erasure of corrections', () => erasing.stop())
}
