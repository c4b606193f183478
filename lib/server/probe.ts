import { readFileSync } from 'node:fs'
import { get as getHttp } from 'node:http'

/**
 * Sends a GET request to a service of this machine, and returns the status of its response.
 *
 * Over https the certificate is not verified: its names are those that clients use, and a probe sends no secret. The
 * probe shows the service's own certificate (TLS_CERT_FILE), in case the service asks clients for one.
 *
 * @throws Error if there is no response within `timeoutMs`
 */
export async function probe(url: string, timeoutMs: number): Promise<number> {
  const isSecure = url.startsWith('https:')
  // not `fetch`: loading it takes twice as long as the whole check
  const get = isSecure ? (await import('node:https')).get : getHttp
  const tls = isSecure ? { rejectUnauthorized: false, ...ownCertificate() } : {}
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: timeoutMs, ...tls }, ({ statusCode = 0 }) => {
      resolve(statusCode)
      request.destroy()
    })
    request.on('timeout', () => request.destroy(new Error(`${url} did not respond within ${timeoutMs} ms`)))
    request.on('error', reject)
  })
}

function ownCertificate(): { cert?: Buffer; key?: Buffer } {
  const { TLS_CERT_FILE, TLS_KEY_FILE } = process.env
  if (!TLS_CERT_FILE || !TLS_KEY_FILE) return {}
  return { cert: readFileSync(TLS_CERT_FILE), key: readFileSync(TLS_KEY_FILE) }
}
