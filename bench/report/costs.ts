import type { ProcessCost } from '../measure/throughput.ts'
import type { ThroughputRow } from '../results.ts'
import { section, whole } from './markdown-table.ts'

/** CPU and memory, with a column for each process and the total. */
export function costsTable(title: string, rows: readonly ThroughputRow[], remark?: string): string {
  const processes = [...new Set(rows.flatMap(({ costs }) => (costs ?? []).map(({ process }) => process)))]
  if (processes.length === 0) return ''
  const head = ['CPU µs per lead, CPU s, MiB', ...processes, 'total, CPU µs per lead']
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

/** The statements of each row. Omits those that take less than half a microsecond per lead. */
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
  return section('PostgreSQL statements', head, cells, 'Execution times from pg_stat_statements, without commits.')
}
