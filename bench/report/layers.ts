import type { TimesLayer } from '../limits/of-layers.ts'
import type { LatencyRow, Results } from '../results.ts'
import { percent, section, whole } from './markdown-table.ts'

/** Each rate as a part of what the layers that it stands on do alone; an empty cell where it does not stand on one. */
export function ratesOfLayers({ limits, protocols, workers, stored, peers, reads }: Results): string {
  const rows = [
    ...protocols,
    ...(reads ? [{ name: 'GET insight, 64 connections', ...reads }] : []),
    ...workers.map((row) => ({ ...row, name: `triage workers: ${row.name}` })),
    ...stored.map((row) => ({ ...row, name: `leads stored before: ${row.name}` })),
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
  return section('As a part of the layers', ['', ...limits.map(({ name }) => name)], cells)
}

/** Each latency as a multiple of the layers' own at the same rate. */
export function latenciesOfLayers({ latency }: Results): string {
  const row = ({ ratePerSecond }: LatencyRow, until: string, { layer, p50, p99 }: TimesLayer) => [
    ...[whole(ratePerSecond), until, layer, p50.toFixed(1), p99.toFixed(1)],
  ]
  const cells = latency.flatMap((measured) => [
    ...measured.answerOfLayers.map((times) => row(measured, 'answer', times)),
    ...measured.insightOfLayers.map((times) => row(measured, 'stored insight', times)),
  ])
  const head = ['per second', 'from request to', 'layer', 'p50, times', 'p99, times']
  return section('Latency as a multiple of the layers at the same rate', head, cells)
}
