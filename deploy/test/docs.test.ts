import { readFileSync } from 'node:fs'
import type { IPrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule'
import { expect, test } from 'vitest'
import { ofKind, parseManifests } from './manifests.ts'
import { readSnapshots } from './snapshots.ts'

const docs = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
const shell = [...docs.matchAll(/^```sh\n(.*?)^```/gms)].map(([, commands]) => commands ?? '')

test('the docs say what to do about each alert, and about none that is gone', () => {
  const rules = ofKind<IPrometheusRule>(parseManifests(readSnapshots().production ?? ''), 'PrometheusRule')
  const alerts = rules.flatMap(({ spec }) => spec.groups?.flatMap((group) => group.rules?.map(({ alert }) => alert)))
  const described = [...docs.matchAll(/^\| `(Leadtriage\w+)` \| (?:page|ticket) \| [^|]+ \| [^|]+ \|$/gm)].map(
    ([, alert]) => alert,
  )
  expect(alerts.length).toBeGreaterThan(0)
  expect(described.toSorted()).toEqual(alerts.toSorted())
})

test('an empty cluster has its first insight after ten commands', () => {
  const commands = shell[0]?.trim().split(/\n| && /) ?? []
  expect(commands.length).toBeLessThanOrEqual(10)
  expect(commands.at(-1)).toContain('/insight?wait=')
})

test('the commands use scripts that are there', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const named = [...docs.matchAll(/npm (?:--prefix \w+ )?run (?:--silent )?([\w:-]+)/g)].map(
    ([, script]) => script ?? '',
  )
  expect(named).toContain('create-secrets')
  for (const script of named) expect(scripts).toHaveProperty(script)
})
