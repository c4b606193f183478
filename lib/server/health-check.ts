import { get } from 'node:http'

/*
 * For the health checks of container engines, in an image that has neither curl nor, perhaps, a shell:
 *
 *   node lib/server/health-check.ts http://127.0.0.1:8000/healthz [more URLs]
 *
 * Ends with exit code 0 when one of the URLs answers with a status below 400, else with 1.
 */

const TIMEOUT_MS = 3_000

function answersWell(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // not `fetch`: loading it takes twice as long as all of this
    const request = get(url, { agent: false, timeout: TIMEOUT_MS }, ({ statusCode = 0 }) => {
      if (statusCode < 400) resolve()
      else reject(new Error(`${url} answered ${statusCode}`))
      request.destroy()
    })
    request.on('timeout', () => request.destroy(new Error(`${url} did not answer within ${TIMEOUT_MS} ms`)))
    request.on('error', reject)
  })
}

try {
  await Promise.any(process.argv.slice(2).map(answersWell))
} catch (error) {
  const reasons: unknown[] = error instanceof AggregateError ? error.errors : [error]
  process.stderr.write(`${reasons.map((reason) => (reason instanceof Error ? reason.message : reason)).join('; ')}\n`)
  process.exitCode = 1
}
