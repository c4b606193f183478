import { readFileSync } from 'node:fs'
import type { IPrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

type Groups = NonNullable<IPrometheusRule['spec']['groups']>

const read = (path: string): unknown => parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'))
const { spec } = read('k8s/components/monitoring/alerts.yaml') as { spec: { groups: Groups } }
const { groups } = read('observability/prometheus/alerts.yml') as { groups: Groups }

/** What must be the same wherever it runs: not which series are ours, nor what a process is called there. */
function essence(of: Groups) {
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

test('the alerts of compose and of Kubernetes say the same', () => {
  expect(essence(groups).length).toBeGreaterThan(0)
  expect(essence(groups)).toEqual(essence(spec.groups))
})
