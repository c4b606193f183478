import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parser } from '@prometheus-io/lezer-promql'
import { Agent, fetch } from 'undici'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { SERVICE_NAMES } from '../../db/service-logins.ts'
import { useCertificateFiles } from '../../testkit/fixtures/certificate-files.ts'
import { useServices } from '../../testkit/fixtures/services.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'

// Alerts and dashboards use only metrics that the services export.

interface Alert {
  readonly alert: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
}

interface Panel {
  readonly title: string
  readonly datasource?: { readonly uid: string }
  readonly targets?: readonly { readonly expr: string }[]
}

const read = (file: string) => readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8')
const FOLDER = 'deploy/observability'
const { groups } = parse(read(`${FOLDER}/prometheus/alerts.yml`)) as { groups: { rules: Alert[] }[] }
const alerts = groups.flatMap(({ rules }) => rules)
const { panels } = JSON.parse(read(`${FOLDER}/grafana/dashboards/leadtriage.json`)) as { panels: Panel[] }
const queries = [
  ...alerts.map(({ alert, expr }) => ({ source: alert, expr })),
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ source: title, expr }))),
]

const stack = useStack()
const start = useServices(stack)
const certificate = useCertificateFiles()
/** The names of all series that the services export. */
const exported = new Set(['up']) // from Prometheus itself

beforeAll(async () => {
  // one of them with TLS, whose metrics only exist then
  const tls = { TLS_CERT_FILE: certificate.files.cert, TLS_KEY_FILE: certificate.files.key }
  const services = await Promise.all([start('intake'), start('triage'), start('insights', tls)])
  const dispatcher = new Agent({ connect: { ca: certificate.authority.cert } })
  for (const { url } of services) {
    const text = await (await fetch(`${url}/metrics`, { dispatcher })).text()
    for (const [, name = '', type] of text.matchAll(/^# TYPE (\w+) (\w+)$/gm)) {
      for (const part of type === 'histogram' ? ['_bucket', '_count', '_sum'] : ['']) exported.add(name + part)
    }
  }
})

describe.each(queries)('$source', ({ expr }) => {
  // Grafana interpolates the interval
  const query = expr.replaceAll('$__rate_interval', '5m')

  test('is valid PromQL', () => {
    const faults: string[] = []
    parser.parse(query).iterate({ enter: (node) => void (node.type.isError && faults.push(query.slice(node.from))) })
    expect(faults, 'the query from the syntax error on').toEqual([])
  })

  test('uses exported metrics', () => {
    const used: string[] = []
    parser.parse(query).iterate({
      enter: ({ name, node }) => {
        const metric = name === 'VectorSelector' ? node.getChild('Identifier') : null
        if (metric) used.push(query.slice(metric.from, metric.to))
      },
    })
    expect(used).not.toEqual([])
    expect(used.filter((metric) => !exported.has(metric))).toEqual([])
  })
})

test('Prometheus scrapes each service of docker-compose.yml on its port', () => {
  const { scrape_configs: jobs } = parse(read(`${FOLDER}/prometheus/prometheus.yml`)) as {
    scrape_configs: { job_name: string; dns_sd_configs: { names: string[]; port: number }[] }[]
  }
  const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
    services: Record<string, { ports: string[] }>
  }
  const targets = jobs.map(({ job_name, dns_sd_configs: [dns] }) => [job_name, dns?.names, dns?.port])
  const listening = SERVICE_NAMES.map((name) => [name, [name], Number(services[name]?.ports[0]?.split(':').at(-1))])
  expect(targets).toEqual(listening)
})

test('every panel uses the provisioned Prometheus data source', () => {
  const { datasources } = parse(read(`${FOLDER}/grafana/provisioning/datasources/prometheus.yml`)) as {
    datasources: { uid: string }[]
  }
  const asked = panels.filter(({ targets }) => targets).map(({ datasource }) => datasource?.uid)
  expect([...new Set(asked)]).toEqual(datasources.map(({ uid }) => uid))
})

test('the runbook has a section for each alert, in the same order, with its severity', () => {
  const sections = [...read('docs/operations/runbook.md').matchAll(/^### (Leadtriage\w+)\n\nSeverity: (\w+)$/gm)]
  expect(sections.map(([, alert, severity]) => [alert, severity])).toEqual(
    alerts.map(({ alert, labels }) => [alert, labels.severity]),
  )
})
