import type { CounterConfiguration, GaugeConfiguration, HistogramConfiguration } from 'prom-client'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** The metrics of one service. There is no global registry, so that several services can run in one process. */
export interface Metrics {
  counter<L extends string>(options: CounterConfiguration<L>): Counter<L>
  gauge<L extends string>(options: GaugeConfiguration<L>): Gauge<L>
  histogram<L extends string>(options: HistogramConfiguration<L>): Histogram<L>
  /** All metrics in the Prometheus text format, with its content type. */
  render(): Promise<{ contentType: string; body: string }>
}

export function createMetrics(service: string): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    counter: (options) => new Counter({ ...options, registers }),
    gauge: (options) => new Gauge({ ...options, registers }),
    histogram: (options) => new Histogram({ ...options, registers }),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  }
}
