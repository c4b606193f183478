import { get } from 'node:http'

/*
 * Health check for container engines, for images without curl or a shell:
 *
 *   node lib/server/health-check.ts http://127.0.0.1:8000/healthz [more URLs]
 *
 * Exits with code 0 if at least one URL responds with a status below 400, otherwise with 1.
 */

const TIMEOUT_MS = 3_000

function checkUrl(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // not `fetch`: loading it takes twice as long as the whole check
    const request = get(url, { agent: false, timeout: TIMEOUT_MS }, ({ statusCode = 0 }) => {
      if (statusCode < 400) resolve()
      else reject(new Error(`${url} responded with status ${statusCode}`))
      request.destroy()
    })
    request.on('timeout', () => request.destroy(new Error(`${url} did not respond within ${TIMEOUT_MS} ms`)))
    request.on('error', reject)
  })
}

try {
  await Promise.any(process.argv.slice(2).map(checkUrl))
} catch (error) {
  const reasons: unknown[] = error instanceof AggregateError ? error.errors : [error]
  process.stderr.write(`${reasons.map((reason) => (reason instanceof Error ? reason.message : reason)).join('; ')}\n`)
  process.exitCode = 1
}
