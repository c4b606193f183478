import { spawnSync } from 'node:child_process'
import { z } from 'zod'

/** A check that cannot run here, and why. */
export interface Skipped {
  readonly skipped: string
}

const TIMEOUT_MS = 60_000

const reportSchema = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({
      severity: z.string(),
      range: z.string(),
      /** Advisories of the package itself, and names of packages through which it is affected. */
      via: z.array(z.union([z.string(), z.object({ title: z.string(), url: z.string() })])),
    }),
  ),
})
const errorSchema = z.object({ message: z.string() })

/** Finds known vulnerabilities of production packages. Skipped where the registry has no audit endpoint. */
export function auditDependencies(): string[] | Skipped {
  const { stdout, error } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  })
  if (error !== undefined) return { skipped: `npm audit did not run: ${error.message}` }
  return readAudit(stdout)
}

/** @param output of `npm audit --json`, format 2 */
export function readAudit(output: string): string[] | Skipped {
  const answer = parseJson(output)
  const report = reportSchema.safeParse(answer)
  if (!report.success) {
    // the URL of the registry is not for the report
    const reason = errorSchema.safeParse(answer).data?.message.replace(/ - \w+ \S+/, '') ?? 'no report'
    return { skipped: `the audit endpoint of the registry does not answer: ${reason}` }
  }
  return Object.entries(report.data.vulnerabilities).map(([name, { severity, range, via }]) => {
    const reasons = via.map((one) => (typeof one === 'string' ? `by ${one}` : `${one.title} (${one.url})`))
    return `${name} ${range}: ${severity}: ${reasons.join('; ')}`
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
