import { copyFile, stat, truncate } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

const MAX_BYTES = 8 * 1024 * 1024
const CHECK_INTERVAL_MS = 5_000

/**
 * Rotates log files until `signal` is aborted: a file larger than `maxBytes` is copied over `<file>.1` and truncated. It is
 * not renamed, because other processes have it open for appending; what they write between copy and truncation is lost.
 */
export async function rotateLogs(
  files: readonly string[],
  signal: AbortSignal,
  { maxBytes = MAX_BYTES, checkIntervalMs = CHECK_INTERVAL_MS } = {},
): Promise<void> {
  while (!signal.aborted) {
    // a full disk must not end this process, which supervises everything
    for (const file of files) await rotateIfLarge(file, maxBytes).catch(() => undefined)
    await delay(checkIntervalMs, undefined, { signal, ref: false }).catch(() => undefined)
  }
}

async function rotateIfLarge(file: string, maxBytes: number): Promise<void> {
  const size = (await stat(file).catch(() => undefined))?.size ?? 0 // an external server has no log here
  if (size <= maxBytes) return
  await copyFile(file, `${file}.1`)
  await truncate(file)
}
