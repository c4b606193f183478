import { probe } from './probe.ts'

/*
 * Health check for container engines, for images without curl or a shell:
 *
 *   node lib/server/health-check.ts http://127.0.0.1:8000/healthz [more URLs]
 *
 * Exits with code 0 if at least one URL responds with a status below 400, otherwise with 1. Where TLS_CERT_FILE is set,
 * the service of this container listens with TLS, and URLs with http are requested over https.
 */

const TIMEOUT_MS = 3_000

async function checkUrl(given: string): Promise<void> {
  const url = process.env.TLS_CERT_FILE ? given.replace(/^http:/, 'https:') : given
  const status = await probe(url, TIMEOUT_MS)
  if (status >= 400) throw new Error(`${url} responded with status ${status}`)
}

try {
  await Promise.any(process.argv.slice(2).map(checkUrl))
} catch (error) {
  const reasons: unknown[] = error instanceof AggregateError ? error.errors : [error]
  process.stderr.write(`${reasons.map((reason) => (reason instanceof Error ? reason.message : reason)).join('; ')}\n`)
  process.exitCode = 1
}
