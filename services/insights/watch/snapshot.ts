/**
 * Which transactions were visible at a moment: those below `xmax` that are not in `inProgress`. Like `pg_snapshot` of
 * PostgreSQL, without its `xmin`, which follows from the others.
 */
export interface Snapshot {
  readonly xmax: bigint
  /** Ascending, and below `xmax`. */
  readonly inProgress: readonly bigint[]
}

/** A change of an insight, in the order in which watchers receive them. */
export interface ChangeKey {
  /** The transaction that made the change. */
  readonly changedIn: bigint
  readonly leadId: string
}

/**
 * How far a watcher has come. Every change visible in `seen` was sent, or is obsolete. In the middle of a batch, the
 * changes visible in `until` but not in `seen` were sent up to `after`.
 */
export interface Position {
  readonly seen: Snapshot
  readonly batch?: { readonly until: Snapshot; readonly after: ChangeKey }
}

/** Parses the text of a `pg_snapshot`: `xmin:xmax:xid,xid`. */
export function parseSnapshot(text: string): Snapshot {
  const [, xmax = '', inProgress = ''] = text.split(':')
  return { xmax: BigInt(xmax), inProgress: inProgress === '' ? [] : inProgress.split(',').map(BigInt) }
}

/** The text of the equivalent `pg_snapshot`. */
export function snapshotText({ xmax, inProgress }: Snapshot): string {
  return `${inProgress[0] ?? xmax}:${xmax}:${inProgress.join(',')}`
}

export function isVisible(transaction: bigint, { xmax, inProgress }: Snapshot): boolean {
  return transaction < xmax && !inProgress.includes(transaction)
}

/**
 * The snapshot after a batch: the same changes of insights are visible in it as in `until`.
 *
 * Its `xmax` follows the last change instead of the last transaction, for one reason: after a crash, PostgreSQL may give
 * the number of a transaction that left no trace to another one. The number of a change is durable, and with it every
 * number below is taken.
 *
 * @param last the last change of the batch; undefined if there was none
 */
export function afterBatch(seen: Snapshot, until: Snapshot, last: ChangeKey | undefined): Snapshot {
  const xmax = last !== undefined && last.changedIn >= seen.xmax ? last.changedIn + 1n : seen.xmax
  return { xmax, inProgress: until.inProgress.filter((transaction) => transaction < xmax) }
}
