import { readFileSync } from 'node:fs'
import type { IPrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

type Groups = NonNullable<IPrometheusRule['spec']['groups']>

const read = (path: string): unknown => parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'))
const { spec } = read('k8s/components/monitoring/alerts.yaml') as { spec: { groups: Groups } }
const { groups } = read('observability/prometheus/alerts.yml') as { groups: Groups }

/** Removes the differences that are intended: the selection of series and the label of a process. */
function normalize(of: Groups) {
  return of.flatMap(({ rules = [] }) =>
    rules.map(({ alert, expr, for: lasting, labels }) => ({
      ...{ alert, lasting, labels },
      expr: String(expr)
        .replaceAll(/namespace="leadtriage"(?:, )?/g, '')
        .replaceAll(/job=~?"[a-z|]+"(?:, )?/g, '')
        .replaceAll('{}', '')
        .replaceAll(/\b(?:pod|instance)\b/g, 'process')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    })),
  )
}

test('docker-compose.yml and Kubernetes have the same alerts', () => {
  expect(normalize(groups).length).toBeGreaterThan(0)
  expect(normalize(groups)).toEqual(normalize(spec.groups))
})
