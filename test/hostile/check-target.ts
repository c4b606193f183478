import type { CampaignOutcome } from './campaign.ts'
import { findCanaries } from './canary.ts'
import type { Ledger } from './ledger.ts'
import type { CheckResult, RunCheck } from './report.ts'
import { RUN_CHECKS } from './report.ts'
import type { Target } from './target.ts'
import { checkLog } from './watch/logs.ts'
import { findGrowth } from './watch/memory.ts'
import { checkMetrics } from './watch/metrics.ts'

/** Makes the checks that concern the whole run, and stops the product. */
export async function checkTarget(target: Target, ledger: Ledger, outcome: CampaignOutcome): Promise<CheckResult[]> {
  const services = Object.entries(target.processes)
  const metrics = await Promise.all(services.map(async ([name, { url }]) => ({ name, ...(await checkMetrics(url)) })))
  const stored = ledger.compare(await target.storedLeads())
  const deadLetters = (await target.deadLetterErrors()).flatMap((error) => findCanaries(error))
  await target.stop()
  const logs = await Promise.all(services.map(async ([name, { logFile }]) => ({ name, ...(await checkLog(logFile)) })))
  const prefixed = <T>(parts: readonly ({ name: string } & T)[], of: (part: T) => readonly string[]) =>
    parts.flatMap((part) => of(part).map((violation) => `${part.name}: ${violation}`))

  const violations: Record<RunCheck, readonly string[]> = {
    'the database holds what was acknowledged, as sent': stored.map(
      ({ caseName, violation }) => `${caseName}: ${violation}`,
    ),
    'no process exits early, and each stops cleanly': describeExits(target.unexpectedExits, outcome),
    'no log line holds a canary': prefixed(logs, ({ canaries }) =>
      canaries.map(({ canary, line }) => `${canary} in ${line.slice(0, 600)}`),
    ),
    'nothing is logged as an error': prefixed(logs, ({ errors }) => summarize(errors)),
    'the log consists of JSON lines': prefixed(logs, ({ foreign }) => summarize(foreign)),
    'no dead letter holds a canary': deadLetters,
    'metrics have bounded labels without canaries': prefixed(metrics, ({ labels }) => labels),
    'no call is counted as internal': prefixed(metrics, ({ internal }) => internal),
    'memory is flat': services.flatMap(([name]) =>
      findGrowth(outcome.memory[name] ?? []).map((growth) => `${name}: ${growth}`),
    ),
  }
  return RUN_CHECKS.map((name) => ({ name, violations: violations[name] }))
}

/** Names the cases that were running when a process exited: one of them is the cause. */
function describeExits(unexpectedExits: readonly string[], { interrupted }: CampaignOutcome): string[] {
  return unexpectedExits.map((exit) =>
    interrupted.length === 0 ? exit : `${exit}, during one of ${interrupted.join(', ')}`,
  )
}

/** Merges lines that differ only in numbers and ids. */
function summarize(lines: readonly string[]): string[] {
  const groups = Map.groupBy(lines, (line) => line.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+/g, '0').slice(0, 200))
  return [...groups.values()].map((same) => `${same.length} × ${same[0]?.slice(0, 900)}`)
}
