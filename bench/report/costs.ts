import type { ProcessCost } from '../measure/throughput.ts'
import type { ThroughputRow } from '../results.ts'
import { section, whole } from './markdown-table.ts'

/** What each process took: a column for each, and the whole. */
export function costsTable(title: string, rows: readonly ThroughputRow[], remark?: string): string {
  const processes = [...new Set(rows.flatMap(({ costs }) => (costs ?? []).map(({ process }) => process)))]
  if (processes.length === 0) return ''
  const head = ['CPU µs per lead, CPU s, MiB', ...processes, 'all, CPU µs per lead']
  const cells = rows.map(({ name, costs = [] }) => [
    name,
    ...processes.map((process) => cellOf(costs.find((cost) => cost.process === process))),
    whole(costs.reduce((sum, { cpuMicrosecondsPerLead }) => sum + cpuMicrosecondsPerLead, 0)),
  ])
  return section(title, head, cells, remark)
}

function cellOf(cost: ProcessCost | undefined): string {
  if (cost === undefined) return ''
  const { cpuMicrosecondsPerLead, cpuSeconds, memoryMiB } = cost
  return `${whole(cpuMicrosecondsPerLead)} µs, ${cpuSeconds.toFixed(1)} s, ${whole(memoryMiB)} MiB`
}

/** What PostgreSQL executed for it; what takes less than half a microsecond of a lead is left out. */
export function statementsTable(rows: readonly ThroughputRow[]): string {
  const cells = rows.flatMap(({ name, statements }) =>
    (statements ?? [])
      .filter(({ microsecondsPerLead }) => microsecondsPerLead >= 0.5)
      .map(({ statement, calls, rowsPerCall, microsecondsPerLead }) => [
        ...[name, `\`${statement}\``, whole(calls)],
        ...[rowsPerCall.toFixed(1), microsecondsPerLead.toFixed(1)],
      ]),
  )
  const head = ['', 'statement', 'calls', 'rows per call', 'µs per lead']
  return section(
    'Statements of PostgreSQL',
    head,
    cells,
    'By pg_stat_statements: the time to execute them, without commits.',
  )
}
