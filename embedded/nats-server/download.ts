import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import http from 'node:http'

export interface DownloadOptions {
  readonly url: string
  readonly file: string
  /** Until the answer begins, redirects included. */
  readonly answerTimeoutMs: number
  /** The longest pause between two pieces of the body. */
  readonly stallTimeoutMs: number
  /** For all of it. */
  readonly totalTimeoutMs: number
  readonly onProgress?: (bytes: number, total: number | undefined) => void
  readonly signal?: AbortSignal | undefined
}

/** Fetches a file and gives its SHA-256 in hexadecimal. Uses HTTPS_PROXY and its kin. Throws with a one-line reason. */
export async function download(options: DownloadOptions): Promise<string> {
  const watchdog = startWatchdog(options)
  let restore: (() => void) | undefined
  try {
    restore = http.setGlobalProxyFromEnv() // for the time of this call: fetch() alone does not look at HTTPS_PROXY
    const response = await fetch(options.url, { signal: watchdog.signal })
    if (!response.ok || !response.body) throw new Error(`${options.url} answered ${response.status}`)
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

/** One signal that aborts when the answer is late, when bytes stop coming, or when it all takes too long. */
function startWatchdog(options: DownloadOptions) {
  const late = new AbortController()
  const giveUp = (why: string) => late.abort(new Error(why))
  const signals = [late.signal, ...(options.signal ? [options.signal] : [])]
  const total = setTimeout(giveUp, options.totalTimeoutMs, `not done after ${options.totalTimeoutMs / 1000} s`)
  let pause = setTimeout(giveUp, options.answerTimeoutMs, `no answer within ${options.answerTimeoutMs / 1000} s`)
  return {
    signal: AbortSignal.any(signals),
    alive() {
      clearTimeout(pause)
      pause = setTimeout(giveUp, options.stallTimeoutMs, `nothing came for ${options.stallTimeoutMs / 1000} s`)
    },
    stop() {
      clearTimeout(pause)
      clearTimeout(total)
    },
  }
}

/** fetch() says "fetch failed" and hides the reason in its cause. */
function explain(url: string, error: unknown): Error {
  const { message, cause } = error as Error
  const reason = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : message
  return new Error(message.includes(url) ? message : `${url}: ${reason}`, { cause: error })
}
