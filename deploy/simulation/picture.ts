import * as echarts from 'echarts'
import type { Sample } from './simulate.ts'

type Chart = Parameters<ReturnType<typeof echarts.init>['setOption']>[0]

const SIZE = { width: 900, height: 560 }

/** Renders waiting leads and workers over time as SVG, without a browser. */
export function drawScaling(title: string, runs: Readonly<Record<string, readonly Sample[]>>): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...SIZE })
  chart.setOption({ animation: false, backgroundColor: '#fff', ...scalingChart(title, runs) })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return `${svg}\n`
}

function scalingChart(title: string, runs: Readonly<Record<string, readonly Sample[]>>): Chart {
  const lines = (index: number, value: (sample: Sample) => number, step: false | 'end') =>
    Object.entries(runs).map(([name, samples]) => ({
      ...{ type: 'line' as const, name, showSymbol: false, step, xAxisIndex: index, yAxisIndex: index },
      data: samples.map((sample) => [sample.second / 60, value(sample)]),
    }))
  const minutes = { type: 'value' as const, name: 'minutes', nameLocation: 'middle' as const, nameGap: 26 }
  return {
    title: { text: title, left: 'center' },
    legend: { bottom: 0, data: Object.keys(runs) },
    grid: [
      { top: 60, height: 190, left: 90, right: 40 },
      { top: 310, height: 160, left: 90, right: 40 },
    ],
    xAxis: [0, 1].map((gridIndex) => ({ ...minutes, gridIndex, name: gridIndex === 1 ? 'minutes' : '' })),
    yAxis: [
      { type: 'value', name: 'leads waiting', gridIndex: 0 },
      { type: 'value', name: 'workers', gridIndex: 1, minInterval: 1 },
    ],
    series: [...lines(0, ({ waiting }) => waiting, false), ...lines(1, ({ workers }) => workers, 'end')],
  }
}
