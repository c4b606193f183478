import type { TimesLayer } from '../limits/of-layers.ts'
import type { LatencyRow, Results } from '../results.ts'
import { percent, section, whole } from './markdown-table.ts'

/** Each rate as a share of that of its layers alone. The cell of a layer that it does not use is empty. */
export function ratesOfLayers({ limits, protocols, workers, stored, peers, reads }: Results): string {
  const rows = [
    ...protocols,
    ...(reads ? [{ name: 'GET insight, 64 connections', ...reads }] : []),
    ...workers.map((row) => ({ ...row, name: `triage workers: ${row.name}` })),
    ...stored.map((row) => ({ ...row, name: `leads already stored: ${row.name}` })),
    ...peers,
  ]
  if (limits.length === 0) return ''
  const cells = rows.map(({ name, ofLayers }) => [
    name,
    ...limits.map((limit) => {
      const found = ofLayers.find(({ layer }) => layer === limit.name)
      return found ? percent(found.part) : ''
    }),
  ])
  return section('Rates as a share of each layer', ['', ...limits.map(({ name }) => name)], cells)
}

/** Each latency as a multiple of that of its layers at the same rate. */
export function latenciesOfLayers({ latency }: Results): string {
  const row = ({ ratePerSecond }: LatencyRow, until: string, { layer, p50, p99 }: TimesLayer) => [
    ...[whole(ratePerSecond), until, layer, p50.toFixed(1), p99.toFixed(1)],
  ]
  const cells = latency.flatMap((measured) => [
    ...measured.answerOfLayers.map((times) => row(measured, 'answer', times)),
    ...measured.insightOfLayers.map((times) => row(measured, 'stored insight', times)),
  ])
  const head = ['per second', 'from request to', 'layer', 'p50, times', 'p99, times']
  return section('Latencies as a multiple of each layer at the same rate', head, cells)
}
