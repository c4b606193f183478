import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { IScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject'
import type { IPrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule'
import { createMetrics } from '../../../lib/telemetry/metrics.ts'
import { ofKind, type PolicyCheck } from '../manifests.ts'

const ROOT = path.join(import.meta.dirname, '../../..')
/** Matches metrics, but no functions and labels of PromQL. */
const METRIC = /\b(?:leadtriage|nodejs|process)_\w+/g
const DEFINITION = /name: '(leadtriage_\w+)'/g

/** Returns the names of all metrics of the services, including those of Node. */
export async function readMetricNames(): Promise<Set<string>> {
  const { body } = await createMetrics('any').render()
  const nodeMetrics = [...body.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name ?? '')
  const sources = globSync('{lib,services}/**/*.ts', { cwd: ROOT }).map((file) =>
    readFileSync(path.join(ROOT, file), 'utf8'),
  )
  const productMetrics = sources.flatMap((source) => [...source.matchAll(DEFINITION)].map(([, name]) => name ?? ''))
  return new Set([...nodeMetrics, ...productMetrics])
}

/** Alerts and scalers query existing metrics only: a query of an unknown metric never fires. */
export const metrics =
  (known: ReadonlySet<string>): PolicyCheck =>
  (manifests) => {
    const alerts = ofKind<IPrometheusRule>(manifests, 'PrometheusRule').flatMap(({ spec }) =>
      (spec.groups ?? []).flatMap(({ rules = [] }) =>
        rules.map(({ alert, expr }) => ({ where: `the alert ${alert}`, query: String(expr) })),
      ),
    )
    const triggers = ofKind<IScaledObject>(manifests, 'ScaledObject').flatMap(({ metadata, spec }) =>
      spec.triggers.map((trigger) => ({
        where: `ScaledObject ${metadata.name}`,
        query: trigger.metadata.query ?? '',
      })),
    )
    return [...alerts, ...triggers].flatMap(({ where, query }) =>
      [...query.matchAll(METRIC)]
        .map(([name]) => name.replace(/_(?:bucket|count|sum)$/, ''))
        .filter((name) => !known.has(name))
        .map((name) => `${where} queries ${name}, which no service has`),
    )
  }
