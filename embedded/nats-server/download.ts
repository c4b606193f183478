import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import http from 'node:http'

export interface DownloadOptions {
  readonly url: string
  readonly file: string
  /** Until the response starts, including redirects. */
  readonly responseTimeoutMs: number
  /** Between two chunks of the body. */
  readonly idleTimeoutMs: number
  /** For the whole download. */
  readonly totalTimeoutMs: number
  readonly onProgress?: (bytes: number, total: number | undefined) => void
  readonly signal?: AbortSignal | undefined
}

/** Downloads a file and returns its SHA-256 in hexadecimal. Uses HTTPS_PROXY and similar. Throws a one-line error. */
export async function download(options: DownloadOptions): Promise<string> {
  const watchdog = startWatchdog(options)
  let restore: (() => void) | undefined
  try {
    restore = http.setGlobalProxyFromEnv() // for this call: fetch() ignores HTTPS_PROXY by default
    const response = await fetch(options.url, { signal: watchdog.signal })
    if (!response.ok || !response.body) throw new Error(`${options.url} returned ${response.status}`)
    return await save(response, response.body, options, watchdog.alive)
  } catch (error) {
    options.signal?.throwIfAborted()
    throw explain(options.url, watchdog.signal.aborted ? watchdog.signal.reason : error)
  } finally {
    watchdog.stop()
    restore?.()
  }
}

async function save(
  response: Response,
  body: AsyncIterable<Uint8Array>,
  options: DownloadOptions,
  alive: () => void,
): Promise<string> {
  const total = Number(response.headers.get('content-length')) || undefined
  const hash = createHash('sha256')
  const file = await open(options.file, 'wx')
  try {
    let bytes = 0
    for await (const chunk of body) {
      alive()
      hash.update(chunk)
      await file.writeFile(chunk)
      bytes += chunk.byteLength
      options.onProgress?.(bytes, total)
    }
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}

/** Returns a signal that is aborted on each of the three timeouts. */
function startWatchdog(options: DownloadOptions) {
  const timeout = new AbortController()
  const abort = (reason: string) => timeout.abort(new Error(reason))
  const signals = [timeout.signal, ...(options.signal ? [options.signal] : [])]
  const total = setTimeout(abort, options.totalTimeoutMs, `not finished within ${options.totalTimeoutMs / 1000} s`)
  let idle = setTimeout(abort, options.responseTimeoutMs, `no response within ${options.responseTimeoutMs / 1000} s`)
  return {
    signal: AbortSignal.any(signals),
    alive() {
      clearTimeout(idle)
      idle = setTimeout(abort, options.idleTimeoutMs, `no data for ${options.idleTimeoutMs / 1000} s`)
    },
    stop() {
      clearTimeout(idle)
      clearTimeout(total)
    },
  }
}

/** fetch() throws "fetch failed", with the reason in its cause. */
function explain(url: string, error: unknown): Error {
  const { message, cause } = error as Error
  const reason = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : message
  return new Error(message.includes(url) ? message : `${url}: ${reason}`, { cause: error })
}
