import { describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import type { Manifest } from './manifests.ts'
import { nameOf, parseManifests } from './manifests.ts'
import { POLICY_CHECKS } from './policy-checks.ts'
import { fieldFaults, valueFaults } from './schemas.ts'
import { driftOf, readSnapshots } from './snapshots.ts'

/*
 * Runs the policy checks on the committed deploy/k8s/rendered/, which does not need kustomize, and each check on manifests
 * with the faults that it has to find.
 */

const snapshots = readSnapshots()

describe.each(Object.entries(snapshots))('the committed overlay %s', (_name, text) => {
  const manifests = parseManifests(text)
  test.each(Object.entries(POLICY_CHECKS))('%s', (_name, check) => {
    expect(check(manifests)).toEqual([])
  })
  test('all objects match their schemas', async () => {
    expect((await Promise.all(manifests.map(valueFaults))).flat()).toEqual([])
    expect(fieldFaults(manifests)).toEqual([])
  })
})

/** Returns the production overlay with one value of an object changed; undefined removes it. */
function changed(object: string, path: readonly (string | number)[], value: unknown): Manifest[] {
  const manifests = parseManifests(snapshots.production ?? '')
  return manifests.map((manifest) => {
    if (nameOf(manifest).replace(/-[a-z0-9]{10}$/, '') !== object) return manifest
    const document = parseDocument(JSON.stringify(manifest))
    if (value === undefined) document.deleteIn(path)
    else document.setIn(path, document.createNode(value))
    return document.toJS()
  })
}

const POD = ['spec', 'template', 'spec'] as const
const CONTAINER = [...POD, 'containers', 0] as const
const LISTENER = ['spec', 'listeners', 1] as const

/** A change that violates a policy, and the fault that the check must report. */
type Violation = [object: string, path: readonly (string | number)[], value: unknown, fault: RegExp]

const VIOLATIONS: Record<string, readonly Violation[]> = {
  'images have a full version': [
    ['Deployment intake', [...CONTAINER, 'image'], 'ghcr.io/leadtriage/leadtriage:latest', /full version/],
    ['Deployment intake', [...CONTAINER, 'image'], 'ghcr.io/leadtriage/leadtriage:0.0.9', /not of version/],
    ['StatefulSet nats', [...CONTAINER, 'image'], 'nats', /full version/],
    ['Cluster postgres', ['spec', 'imageName'], 'ghcr.io/cloudnative-pg/postgresql:18', /full version/],
    ['Job migrate-0-1-0', ['metadata', 'name'], 'migrate', /jobs are immutable/],
  ],
  'pods are restricted': [
    ['Deployment intake', [...POD, 'securityContext', 'runAsNonRoot'], undefined, /root/],
    ['Deployment intake', [...POD, 'enableServiceLinks'], undefined, /INTAKE_PORT/],
    ['Deployment intake', [...POD, 'automountServiceAccountToken'], true, /token/],
    ['Deployment intake', [...POD, 'hostNetwork'], true, /namespace of its node/],
    [
      'StatefulSet nats',
      [...POD, 'volumes', 0],
      { name: 'config', hostPath: { path: '/etc' } },
      /directory of its node/,
    ],
    ['StatefulSet nats', [...CONTAINER, 'securityContext', 'readOnlyRootFilesystem'], false, /write to its image/],
    ['Job migrate-0-1-0', [...CONTAINER, 'securityContext', 'capabilities'], undefined, /capabilities/],
    ['Job migrate-0-1-0', [...CONTAINER, 'securityContext', 'allowPrivilegeEscalation'], undefined, /privileges/],
  ],
  'requests and limits are set': [
    ['Deployment triage', [...CONTAINER, 'resources', 'limits', 'memory'], undefined, /no memory limit/],
    ['Job migrate-0-1-0', [...CONTAINER, 'resources', 'requests', 'cpu'], undefined, /requests no cpu/],
  ],
  'long-running pods have probes': [
    ['Deployment intake', [...CONTAINER, 'startupProbe'], undefined, /no startupProbe/],
    ['Deployment triage', [...CONTAINER, 'readinessProbe'], undefined, /no readinessProbe/],
    ['StatefulSet nats', [...CONTAINER, 'livenessProbe'], undefined, /no livenessProbe/],
  ],
  'a rollout loses nothing': [
    ['Deployment intake', ['spec', 'strategy', 'rollingUpdate', 'maxUnavailable'], 1, /before new ones are ready/],
    ['Deployment intake', [...CONTAINER, 'lifecycle'], undefined, /does not wait/],
    ['Deployment intake', [...POD, 'terminationGracePeriodSeconds'], 30, /killed before/],
    ['Deployment intake', [...POD, 'topologySpreadConstraints'], undefined, /one node only/],
    ['PodDisruptionBudget intake', ['spec', 'selector', 'matchLabels'], { a: 'b' }, /no disruption budget/],
  ],
  'no secret is committed': [
    ['ConfigMap leadtriage-config', ['data', 'LLM_API_KEY'], 'sk-1234', /LLM_API_KEY contains a secret/],
    ['ConfigMap leadtriage-config', ['data', 'NATS_URL'], 'nats://intake:hunter2@nats:4222', /contains a secret/],
    ['ConfigMap nats-config', ['data', 'permissions.conf'], 'user: intake, password: hunter2', /contains a secret/],
    ['Deployment intake', [...CONTAINER, 'env'], [{ name: 'PASSWORD', value: 'hunter2' }], /contains a secret/],
    ['Service intake', ['kind'], 'Secret', /is committed/],
  ],
  'pods refer to existing objects': [
    ['Deployment intake', [...CONTAINER, 'envFrom', 0, 'configMapRef', 'name'], 'settings', /ConfigMap settings/],
    ['Deployment intake', [...CONTAINER, 'envFrom', 1, 'secretRef', 'name'], 'intake', /Secret intake/],
    ['StatefulSet nats', [...CONTAINER, 'env', 0, 'valueFrom', 'secretKeyRef', 'key'], 'ROUTE', /ROUTE in Secret/],
    ['StatefulSet nats', [...POD, 'volumes', 0, 'configMap', 'name'], 'nats-config', /ConfigMap nats-config/],
    ['Deployment intake', [...POD, 'serviceAccountName'], 'missing', /ServiceAccount missing/],
  ],
  'selectors match something': [
    ['Service intake', ['spec', 'selector'], { app: 'intake' }, /matches no pod/],
    ['Service intake', ['spec', 'ports', 0, 'targetPort'], 'web', /no pod with a port web/],
    ['PodDisruptionBudget nats', ['spec', 'selector', 'matchLabels'], { app: 'nats' }, /matches no pod/],
    ['StatefulSet nats', ['spec', 'serviceName'], 'nats-pods', /missing Service nats-pods/],
  ],
  'a scaler has its own target': [
    ['ScaledObject triage', ['spec', 'scaleTargetRef', 'name'], 'worker', /has no target/],
    ['ScaledObject triage', ['spec', 'scaleTargetRef', 'name'], 'intake', /shares its target/],
    ['Deployment triage', ['spec', 'replicas'], 3, /is overridden/],
  ],
  'routes have a listener and a backend': [
    ['GRPCRoute intake', ['spec', 'parentRefs', 0, 'sectionName'], 'rpc', /no existing listener/],
    ['GRPCRoute intake', ['spec', 'rules', 0, 'backendRefs', 0, 'port'], 8000, /h2c/],
    ['HTTPRoute intake', ['spec', 'rules', 0, 'backendRefs', 0, 'name'], 'leads', /leads:8000/],
    ['GRPCRoute intake', ['spec', 'rules', 0, 'matches', 0, 'method', 'method'], 'CreateLeads', /CreateLeads/],
    ['HTTPRoute insights', ['spec', 'rules', 0, 'matches', 1, 'path', 'value'], '/leadtriage.Insights', /no \/leadtr/],
    ['Gateway leadtriage', [...LISTENER, 'hostname'], 'leads.example.com', /both HTTPRoutes and GRPCRoutes/],
  ],
  'services accept their settings': [
    ['ConfigMap leadtriage-config', ['data', 'LOGLEVEL'], 'debug', /no service knows the setting LOGLEVEL/],
    ['ConfigMap leadtriage-config', ['data', 'HOST'], '127.0.0.1', /probes cannot reach it/],
    ['ConfigMap leadtriage-config', ['data', 'MIGRATE_ON_START'], undefined, /would migrate/],
    ['Deployment intake', [...CONTAINER, 'ports', 0, 'containerPort'], 8080, /not a port of its container/],
    ['ScaledObject triage', ['spec', 'triggers', 0, 'metadata', 'consumer'], 'worker', /not the consumer/],
    ['ScaledObject triage', ['spec', 'triggers', 0, 'metadata', 'account'], '$G', /no account/],
  ],
  'TLS is used by all or by none': [
    ['ConfigMap leadtriage-config', ['data', 'TLS_CERT_FILE'], '/tls/tls.crt', /intake has no \/tls\/tls.crt/],
    ['ConfigMap leadtriage-config', ['data', 'TLS_CERT_FILE'], '/tls/tls.crt', /belong together/],
    ['ConfigMap leadtriage-config', ['data', 'TLS_CERT_FILE'], '/tls/tls.crt', /readinessProbe uses gRPC/],
    ['ConfigMap leadtriage-config', ['data', 'TLS_CERT_FILE'], '/tls/tls.crt', /livenessProbe is not over TLS/],
    ['ConfigMap leadtriage-config', ['data', 'TLS_CERT_FILE'], '/tls/tls.crt', /scrapes without TLS/],
    ['ConfigMap leadtriage-config', ['data', 'TLS_CERT_FILE'], '/tls/tls.crt', /the port grpc is declared without TLS/],
    ['Deployment intake', [...CONTAINER, 'livenessProbe', 'httpGet', 'scheme'], 'HTTPS', /livenessProbe is over TLS/],
    ['PodMonitor leadtriage', ['spec', 'podMetricsEndpoints', 0, 'scheme'], 'https', /scrapes with TLS/],
    ['Service intake', ['spec', 'ports', 0, 'appProtocol'], 'https', /http is declared with TLS/],
  ],
  'queries use existing metrics': [
    ['PrometheusRule leadtriage', ['spec', 'groups', 0, 'rules', 0, 'expr'], 'leadtriage_queue_age > 1', /queue_age/],
    ['ScaledObject triage', ['spec', 'triggers', 0, 'metadata', 'query'], 'max(leadtriage_lag)', /leadtriage_lag/],
  ],
  'network policies allow the required connections only': [
    ['NetworkPolicy default-deny', ['spec', 'podSelector', 'matchLabels'], { a: 'b' }, /allow stranger -> migrate/],
    ['NetworkPolicy clients-to-intake', ['spec', 'ingress', 0, 'from'], undefined, /stranger -> intake 8000/],
    ['NetworkPolicy clients-to-intake', ['spec', 'ingress', 0, 'ports', 0, 'port'], 80, /block client -> intake/],
    [
      'NetworkPolicy services-to-nats',
      ['spec', 'podSelector', 'matchExpressions', 0, 'values', 0],
      'x',
      /block intake -> nats/,
    ],
    ['NetworkPolicy dns', ['spec', 'egress', 0, 'to'], undefined, /allow intake -> world 53/],
    [
      'NetworkPolicy keda-to-nats',
      ['spec', 'ingress', 0, 'ports', 1],
      { port: 7777 },
      /no required connection .* port 7777/,
    ],
    [
      'NetworkPolicy nats-from-services',
      ['spec', 'ingress', 0, 'ports', 1],
      { port: 8222 },
      /no required connection .* port 8222/,
    ],
  ],
}

describe.each(Object.entries(POLICY_CHECKS))('violations of "%s" are reported', (name, check) => {
  test.each(VIOLATIONS[name] ?? [])('%s %j = %j', (object, path, value, fault) => {
    expect(check(changed(object, path, value))).toContainEqual(expect.stringMatching(fault))
  })
  test('the check has at least one violation', () => expect(VIOLATIONS[name]).toBeDefined())
})

test.each([
  ['Deployment intake', [...CONTAINER, 'ports', 0, 'containerPort'], 'web'],
  ['ScaledObject triage', ['spec', 'triggers', 0, 'metadata', 'lagThreshold'], 1000],
  ['Cluster postgres', ['spec', 'instances'], 'three'],
  ['HTTPRoute intake', ['kind'], 'HttpRoute'],
])('the schemas reject an invalid value: %s %j = %j', async (object, path, value) => {
  const faults = await Promise.all(changed(object, path, value).map(valueFaults))
  expect(faults.flat()).toHaveLength(1)
})

test.each([
  ['Deployment intake', [...CONTAINER, 'livenesProbe'], {}],
  ['ScaledObject triage', ['spec', 'coolDownPeriod'], 300],
  ['GRPCRoute intake', ['spec', 'rules', 0, 'backends'], []],
  ['PrometheusRule leadtriage', ['spec', 'groups', 0, 'rules', 0, 'severity'], 'page'],
  ['Cluster postgres', ['spec', 'replicas'], 3],
])('the schemas reject an unknown field: %s %j', (object, path, value) => {
  const fault = new RegExp(`^${object}: .*\\b${path.at(-1)}\\b.* does not exist`)
  expect(fieldFaults(changed(object, path, value))).toEqual([expect.stringMatching(fault)])
})

test('drift is reported for a changed, a new and a removed overlay', () => {
  expect(driftOf({ dev: 'a\nb\n' }, { dev: 'a\nb\n' })).toEqual([])
  expect(driftOf({ dev: 'a\nb\n' }, { dev: 'a\nc\n' })).toEqual([expect.stringContaining('line 2: committed "c"')])
  expect(driftOf({ dev: 'a\n' }, { dev: 'a\nb\n' })).toHaveLength(1)
  expect(driftOf({ dev: 'a' }, {})).toEqual(['rendered/dev.yaml is missing'])
  expect(driftOf({}, { dev: 'a' })).toEqual(['rendered/dev.yaml has no overlay'])
})
