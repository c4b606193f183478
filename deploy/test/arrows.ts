import type { Manifest } from './manifests.ts'

/*
 * Who speaks to whom, as the design has it. deploy/test/network.ts works out what the network policies let through; the
 * rule holds both against each other, both ways.
 */

/** Somebody who is not ours: a pod in another namespace, or an address outside. */
export interface Outsider {
  readonly name: string
  /** Of its namespace and of its pod; undefined for an address that is no pod. */
  readonly pod?: {
    readonly namespace: Readonly<Record<string, string>>
    readonly labels: Readonly<Record<string, string>>
  }
  /** Where an address is, that is no pod. */
  readonly address?: string
  /** What it listens on. */
  readonly ports: readonly string[]
}

const inNamespace = (name: string) => ({ 'kubernetes.io/metadata.name': name })

export const OUTSIDERS: readonly Outsider[] = [
  {
    name: 'client',
    pod: { namespace: { ...inNamespace('shop'), 'leadtriage-client': 'true' }, labels: {} },
    ports: [],
  },
  {
    name: 'prometheus',
    pod: { namespace: inNamespace('monitoring'), labels: { 'app.kubernetes.io/name': 'prometheus' } },
    ports: ['9090/TCP'],
  },
  {
    name: 'keda',
    pod: { namespace: inNamespace('keda'), labels: { 'app.kubernetes.io/name': 'keda-operator' } },
    ports: [],
  },
  {
    name: 'cloudnative-pg',
    pod: { namespace: inNamespace('cnpg-system'), labels: { 'app.kubernetes.io/name': 'cloudnative-pg' } },
    ports: ['9443/TCP'],
  },
  {
    name: 'dns',
    pod: { namespace: inNamespace('kube-system'), labels: { 'k8s-app': 'kube-dns' } },
    ports: ['53/UDP', '53/TCP'],
  },
  { name: 'kubernetes-api', address: '10.0.0.1', ports: ['443/TCP', '6443/TCP'] },
  { name: 'model', address: '203.0.113.7', ports: ['443/TCP'] },
  // these must get nowhere: whoever else is in the cluster, also with a name of ours, and the world
  {
    name: 'stranger',
    pod: { namespace: inNamespace('elsewhere'), labels: { 'app.kubernetes.io/name': 'intake' } },
    ports: ['53/UDP', '5432/TCP', '4222/TCP', '8080/TCP'],
  },
  { name: 'world', address: '198.51.100.7', ports: ['53/UDP', '80/TCP', '5432/TCP'] },
]

interface Arrow {
  readonly from: string
  readonly to: string
  readonly ports: readonly string[]
  /** Only where this holds. */
  readonly when?: (manifests: readonly Manifest[]) => boolean
}

const hasKind = (kind: string) => (manifests: readonly Manifest[]) =>
  manifests.some((manifest) => manifest.kind === kind)
const scalesByLag = (manifests: readonly Manifest[]) => JSON.stringify(manifests).includes('"nats-jetstream"')
const hasNatsCluster = (manifests: readonly Manifest[]) => JSON.stringify(manifests).includes('"NATS_ROUTES"')
const hasModel = (manifests: readonly Manifest[]) =>
  manifests.some(({ metadata }) => metadata.name === 'triage-to-model')
const hasOperator = hasKind('Cluster')
const hasMonitoring = hasKind('PodMonitor')

const ARROWS: readonly Arrow[] = [
  { from: 'client', to: 'intake', ports: ['8000/TCP'] },
  { from: 'client', to: 'insights', ports: ['8001/TCP'] },
  ...['intake', 'triage', 'insights'].map((from) => ({ from, to: 'nats', ports: ['4222/TCP'] })),
  ...['intake', 'triage', 'insights', 'migrate'].map((from) => ({ from, to: 'postgres', ports: ['5432/TCP'] })),
  { from: 'prometheus', to: 'intake', ports: ['8000/TCP'], when: hasMonitoring },
  { from: 'prometheus', to: 'insights', ports: ['8001/TCP'], when: hasMonitoring },
  { from: 'prometheus', to: 'triage', ports: ['8002/TCP'], when: hasMonitoring },
  { from: 'keda', to: 'nats', ports: ['8222/TCP'], when: scalesByLag },
  { from: 'nats', to: 'nats', ports: ['6222/TCP'], when: hasNatsCluster },
  { from: 'postgres', to: 'postgres', ports: ['5432/TCP', '8000/TCP'], when: hasOperator },
  { from: 'cloudnative-pg', to: 'postgres', ports: ['5432/TCP', '8000/TCP'], when: hasOperator },
  { from: 'postgres', to: 'kubernetes-api', ports: ['443/TCP', '6443/TCP'], when: hasOperator },
  // not wanted, but the address of the Kubernetes API is another in each cluster
  { from: 'postgres', to: 'model', ports: ['443/TCP'], when: hasOperator },
  { from: 'triage', to: 'model', ports: ['443/TCP'], when: hasModel },
]

/** Each arrow that these objects must let through, as `from -> to port`. `pods` need the name service, all of them. */
export function wantedArrows(manifests: readonly Manifest[], pods: readonly string[]): string[] {
  const names = pods.map((from): Arrow => ({ from, to: 'dns', ports: ['53/UDP', '53/TCP'] }))
  return [...ARROWS, ...names]
    .filter(({ when }) => when?.(manifests) ?? true)
    .flatMap(({ from, to, ports }) => ports.map((port) => `${from} -> ${to} ${port}`))
}
