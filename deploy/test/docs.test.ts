import { readdirSync, readFileSync } from 'node:fs'
import type { IPrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule'
import { expect, test } from 'vitest'
import { ofKind, parseManifests } from './manifests.ts'
import { readSnapshots } from './snapshots.ts'

const FOLDER = new URL('../../docs/operations/', import.meta.url)
const read = (page: string) => readFileSync(new URL(page, FOLDER), 'utf8')

test('the runbook has a section for each alert, and for no other', () => {
  const rules = ofKind<IPrometheusRule>(parseManifests(readSnapshots().production ?? ''), 'PrometheusRule')
  const alerts = rules.flatMap(({ spec }) => spec.groups?.flatMap((group) => group.rules?.map(({ alert }) => alert)))
  const described = [...read('runbook.md').matchAll(/^### (Leadtriage\w+)\n\nSeverity: (?:page|ticket)$/gm)].map(
    ([, alert]) => alert,
  )
  expect(alerts.length).toBeGreaterThan(0)
  expect(described.toSorted()).toEqual(alerts.toSorted())
})

test('an empty cluster has its first insight after ten commands', () => {
  const [, shell = ''] = /^```sh\n(.*?)^```/ms.exec(read('kubernetes.md')) ?? []
  const commands = shell.trim().split(/\n| && /)
  expect(commands.length).toBeLessThanOrEqual(10)
  expect(commands.at(-1)).toContain('/insight?wait=')
})

test('the commands use scripts that exist', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const docs = readdirSync(FOLDER).map(read).join('\n')
  const named = [...docs.matchAll(/npm (?:--prefix \w+ )?run (?:--silent )?([\w:-]+)/g)].map(
    ([, script]) => script ?? '',
  )
  expect(named).toContain('create-secrets')
  for (const script of named) expect(scripts).toHaveProperty(script)
})
