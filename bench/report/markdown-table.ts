/** A table under a heading; empty without rows. @param remark a sentence after the table */
export function section(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  remark?: string,
): string {
  if (rows.length === 0) return ''
  const widths = head.map((cell, column) => Math.max(3, cell.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [`## ${title}`, '', line(head), rule, ...rows.map(line), ...(remark ? ['', remark] : [])].join('\n')
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** @param part from 0 to 1 */
export function percent(part: number): string {
  return `${(part * 100).toFixed(part < 0.1 ? 1 : 0)} %`
}
