import type { Log } from '../../log/log.ts'
import type { CertificateFiles, CertificatePem } from './certificate.ts'
import { checkCertificate, readCertificateFiles } from './certificate.ts'

/*
 * Notices when the files of a certificate change. Invariants:
 *  1. A certificate is passed on only after it was found valid; otherwise the previous one stays in use.
 *  2. Files are read as a whole, not watched: that works for renamed files, for the symlinks that Kubernetes swaps and
 *     on network file systems.
 *  3. Files that are still being written are not reported: a change counts once two reads in a row found the same.
 */

/** Reads three small files. */
const INTERVAL_MS = 5_000

export interface CertificateWatchOptions {
  readonly files: CertificateFiles
  /** What is in use already. */
  readonly current: CertificatePem
  readonly onChange: (pem: CertificatePem, expiresAt: Date) => void
  readonly log: Log
  /** How often the files are read. Default 5 s. */
  readonly intervalMs?: number | undefined
}

/** @returns stops the watch */
export function watchCertificate(options: CertificateWatchOptions): () => void {
  const { files, onChange, log } = options
  let used = fingerprintOf(options.current)
  let previous = used
  let rejected: string | undefined
  let isReading = false

  const apply = (pem: CertificatePem) => {
    const { expiresAt } = checkCertificate(pem) // 1
    if (expiresAt < new Date()) throw new Error(`the certificate expired at ${expiresAt.toISOString()}`)
    onChange(pem, expiresAt)
    log.info({ expires_at: expiresAt.toISOString() }, 'the TLS certificate was reloaded')
  }
  const check = async () => {
    const found = await readCertificateFiles(files).catch((error: Error) => error)
    const fingerprint = found instanceof Error ? found.message : fingerprintOf(found)
    const isStable = fingerprint === previous // 3
    previous = fingerprint
    if (fingerprint === used) rejected = undefined
    if (!isStable || fingerprint === used || fingerprint === rejected) return
    try {
      if (found instanceof Error) throw found
      apply(found)
      used = fingerprint
      rejected = undefined
    } catch (error) {
      rejected = fingerprint
      log.error({ err: error }, 'the new TLS certificate cannot be used; the previous one stays in use')
    }
  }
  const timer = setInterval(() => {
    if (isReading) return
    isReading = true
    void check().finally(() => {
      isReading = false
    })
  }, options.intervalMs ?? INTERVAL_MS).unref()
  return () => clearInterval(timer)
}

function fingerprintOf({ cert, key, clientCa }: CertificatePem): string {
  return JSON.stringify([cert, key, clientCa])
}
