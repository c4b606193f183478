import type { CampaignOutcome } from './campaign.ts'
import { findCanaries } from './canary.ts'
import type { Ledger } from './ledger.ts'
import type { Afterwards, Verdict } from './report.ts'
import { AFTERWARDS } from './report.ts'
import type { Target } from './target.ts'
import { readLogFaults } from './watch/logs.ts'
import { growthOf } from './watch/memory.ts'
import { readMetricsFaults } from './watch/metrics.ts'

/** Looks at what the whole run has left behind, and stops the product. */
export async function checkTarget(target: Target, ledger: Ledger, outcome: CampaignOutcome): Promise<Verdict[]> {
  const services = Object.entries(target.services) as [keyof Target['services'], { url: string; logFile: string }][]
  const metrics = await Promise.all(
    services.map(async ([name, { url }]) => ({ name, ...(await readMetricsFaults(url)) })),
  )
  const stored = ledger.compare(await target.storedLeads())
  const letters = (await target.deadLetterErrors()).flatMap((error) => findCanaries(error))
  await target.stop()
  const logs = await Promise.all(
    services.map(async ([name, { logFile }]) => ({ name, ...(await readLogFaults(logFile)) })),
  )
  const listed = <T>(parts: readonly ({ name: string } & T)[], of: (part: T) => readonly string[]) =>
    parts.flatMap((part) => of(part).map((fault) => `${part.name}: ${fault}`))

  const faults: Record<Afterwards, readonly string[]> = {
    'the database holds what was acknowledged, as sent': stored.map(({ caseName, fault }) => `${caseName}: ${fault}`),
    'no process ended, and each stops cleanly': ends(target.endedEarly, outcome),
    'no log line holds a canary': listed(logs, ({ canaries }) =>
      canaries.map(({ canary, line }) => `${canary} in ${line.slice(0, 600)}`),
    ),
    'nothing is logged as an error': listed(logs, ({ errors }) => summarize(errors)),
    'the log consists of JSON lines': listed(logs, ({ foreign }) => summarize(foreign)),
    'dead letters quote no lead': letters,
    'metrics have bounded labels without canaries': listed(metrics, ({ labels }) => labels),
    'no call is counted as internal': listed(metrics, ({ internal }) => internal),
    'memory is flat': services.flatMap(([name]) =>
      growthOf(outcome.memory[name]).map((growth) => `${name}: ${growth}`),
    ),
  }
  return AFTERWARDS.map((name) => ({ name, faults: faults[name] }))
}

/** A process that ended ends the run; one of the cases that were running then did it. */
function ends(endedEarly: readonly string[], { interrupted }: CampaignOutcome): string[] {
  return endedEarly.map((end) => (interrupted.length === 0 ? end : `${end}, during one of ${interrupted.join(', ')}`))
}

/** Lines that differ in numbers and ids only, once. */
function summarize(lines: readonly string[]): string[] {
  const kinds = Map.groupBy(lines, (line) => line.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+/g, '0').slice(0, 200))
  return [...kinds.values()].map((same) => `${same.length} × ${same[0]?.slice(0, 900)}`)
}
