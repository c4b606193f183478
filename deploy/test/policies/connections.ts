import type { Manifest } from '../manifests.ts'

/* The connections that the network policies must allow, and the outside parties to test them with. */

/** A pod in another namespace, or an address outside the cluster. */
export interface Outsider {
  readonly name: string
  /** Labels of the pod and its namespace; undefined for an address that does not belong to a pod. */
  readonly pod?: {
    readonly namespace: Readonly<Record<string, string>>
    readonly labels: Readonly<Record<string, string>>
  }
  /** Of a party that is not a pod. */
  readonly address?: string
  /** The ports on which it listens. */
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
  // a model, or an issuer of tokens
  { name: 'provider', address: '203.0.113.7', ports: ['443/TCP'] },
  // parties without any access: another pod in the cluster, even with the name of a service, and the internet
  {
    name: 'stranger',
    pod: { namespace: inNamespace('elsewhere'), labels: { 'app.kubernetes.io/name': 'intake' } },
    ports: ['53/UDP', '5432/TCP', '4222/TCP', '8080/TCP'],
  },
  { name: 'world', address: '198.51.100.7', ports: ['53/UDP', '80/TCP', '5432/TCP'] },
]

interface Connection {
  readonly from: string
  readonly to: string
  readonly ports: readonly string[]
  /** Default: in every installation. */
  readonly when?: (manifests: readonly Manifest[]) => boolean
}

const hasKind = (kind: string) => (manifests: readonly Manifest[]) =>
  manifests.some((manifest) => manifest.kind === kind)
const scalesByLag = (manifests: readonly Manifest[]) => JSON.stringify(manifests).includes('"nats-jetstream"')
const hasNatsCluster = (manifests: readonly Manifest[]) => JSON.stringify(manifests).includes('"NATS_ROUTES"')
const hasPolicy =
  (...names: string[]) =>
  (manifests: readonly Manifest[]) =>
    manifests.some(({ metadata }) => names.includes(metadata.name))
const hasOperator = hasKind('Cluster')
const hasMonitoring = hasKind('PodMonitor')

const CONNECTIONS: readonly Connection[] = [
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
  // unintended, but the address of the Kubernetes API differs per cluster
  { from: 'postgres', to: 'provider', ports: ['443/TCP'], when: hasOperator },
  { from: 'triage', to: 'provider', ports: ['443/TCP'], when: hasPolicy('triage-to-model', 'services-to-issuer') },
  ...['intake', 'insights'].map((from) => ({
    from,
    to: 'provider',
    ports: ['443/TCP'],
    when: hasPolicy('services-to-issuer'),
  })),
]

/** Returns the required connections as `from -> to port`, including DNS for all `pods`. */
export function requiredConnections(manifests: readonly Manifest[], pods: readonly string[]): string[] {
  const lookups = pods.map((from): Connection => ({ from, to: 'dns', ports: ['53/UDP', '53/TCP'] }))
  return [...CONNECTIONS, ...lookups]
    .filter(({ when }) => when?.(manifests) ?? true)
    .flatMap(({ from, to, ports }) => ports.map((port) => `${from} -> ${to} ${port}`))
}
