import * as echarts from 'echarts'
import type { Results } from '../results.ts'

type Chart = Parameters<ReturnType<typeof echarts.init>['setOption']>[0]

const SIZE = { width: 900, height: 480 }

/** Renders the charts of a run as SVG, by file name, without a browser. */
export function drawPictures(results: Results): Record<string, string> {
  return {
    'latency.svg': draw(latencyChart(results)),
    'protocols-and-peers.svg': draw(
      barChart('Leads accepted and triaged per second', [...results.protocols, ...results.peers]),
    ),
    'triage-workers.svg': draw(barChart('Leads per second by number of triage workers', results.workers)),
    'stored-leads.svg': draw(barChart('Leads per second by leads already stored', results.stored)),
  }
}

function draw(option: Chart): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...SIZE })
  chart.setOption({ animation: false, backgroundColor: '#fff', ...option })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return `${svg}\n`
}

/** Percentiles on a logarithmic scale of their distance to 100, which spreads the tail. */
function latencyChart({ latency }: Results): Chart {
  const series = latency.flatMap(({ ratePerSecond, answer, insight }) => [
    { name: `${ratePerSecond}/s, answer`, curve: answer.curve, dashed: true },
    { name: `${ratePerSecond}/s, stored insight`, curve: insight.curve, dashed: false },
  ])
  return {
    title: { text: 'Latency from the time a request was due', left: 'center' },
    legend: { bottom: 0 },
    grid: { top: 50, bottom: 80 },
    xAxis: {
      ...{ type: 'value', min: 0, max: 4, interval: 1, name: 'percentile', nameLocation: 'middle', nameGap: 30 },
      axisLabel: { formatter: (nines: number) => String(Number((100 * (1 - 10 ** -nines)).toFixed(2))) },
    },
    yAxis: { type: 'log', name: 'ms' },
    series: series.map(({ name, curve, dashed }) => ({
      ...{ type: 'line' as const, name, showSymbol: false },
      lineStyle: { type: dashed ? ('dashed' as const) : ('solid' as const) },
      data: curve.map(([percentile, ms]) => [-Math.log10(1 - percentile / 100), ms]),
    })),
  }
}

function barChart(title: string, rows: readonly { name: string; leadsPerSecond: number }[]): Chart {
  return {
    title: { text: title, left: 'center' },
    grid: { left: 260, right: 80, top: 50, bottom: 40 },
    xAxis: { type: 'value' },
    yAxis: { type: 'category', inverse: true, data: rows.map(({ name }) => name) },
    series: [
      {
        type: 'bar',
        data: rows.map(({ leadsPerSecond }) => Math.round(leadsPerSecond)),
        label: { show: true, position: 'right' },
      },
    ],
  }
}
