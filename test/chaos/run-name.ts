import { createHash } from 'node:crypto'

/** What one run of one fault is called. */
export interface RunName {
  /** For people and file names: the fault and the seed. */
  readonly label: string
  /**
   * For the database, the streams and NATS_NAMESPACE, which allows 32 characters: always 22, whatever the seed and the
   * fault are called.
   */
  readonly namespace: string
}

export function nameRun(fault: string, seed: number): RunName {
  const label = `${fault}-${seed}`
  return { label, namespace: `chaos_${createHash('sha256').update(label).digest('hex').slice(0, 16)}` }
}
