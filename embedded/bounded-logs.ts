import { copyFile, stat, truncate } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

const MAX_BYTES = 8 * 1024 * 1024
const LOOK_EVERY_MS = 5_000

/**
 * Keeps log files bounded, now and until `signal` is aborted: one that has outgrown `maxBytes` becomes `<file>.1`, in place
 * of the one before, and begins anew. It is copied and emptied, not renamed, since other processes hold it open to append to
 * it; what they write between the two is lost.
 */
export async function keepBounded(
  files: readonly string[],
  signal: AbortSignal,
  { maxBytes = MAX_BYTES, lookEveryMs = LOOK_EVERY_MS } = {},
): Promise<void> {
  while (!signal.aborted) {
    // a disk that is full must not end the starter, which runs everything
    for (const file of files) await rotateIfLarge(file, maxBytes).catch(() => undefined)
    await delay(lookEveryMs, undefined, { signal, ref: false }).catch(() => undefined)
  }
}

async function rotateIfLarge(file: string, maxBytes: number): Promise<void> {
  const size = (await stat(file).catch(() => undefined))?.size ?? 0 // a server of the person's own has no log here
  if (size <= maxBytes) return
  await copyFile(file, `${file}.1`)
  await truncate(file)
}
