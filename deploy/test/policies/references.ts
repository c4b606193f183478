import type { IScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject'
import type { IPodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor'
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet'
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import type { IService } from 'kubernetes-models/v1/Service'
import { createSecrets } from '../../secrets/secrets.ts'
import { nameOf, ofKind, type PolicyCheck, selects, workloadsOf } from '../manifests.ts'

/** Pods refer to existing ConfigMaps, Secrets and service accounts. */
export const podReferences: PolicyCheck = (manifests) => {
  const existing = new Set(manifests.map(nameOf))
  const secrets = createSecrets()
  return workloadsOf(manifests).flatMap(({ manifest, pod }) => {
    const named = pod.containers.flatMap(({ env = [], envFrom = [] }) => [
      ...envFrom.map(({ configMapRef, secretRef }) => ({
        map: configMapRef?.name,
        secret: secretRef?.name,
        key: undefined,
      })),
      ...env.map(({ valueFrom: { configMapKeyRef: map, secretKeyRef: secret } = {} }) => ({
        ...{ map: map?.name, secret: secret?.name, key: secret?.key },
      })),
    ])
    const maps = [...named.map(({ map }) => map), ...(pod.volumes ?? []).map(({ configMap }) => configMap?.name)]
    const missing = [
      ...maps.filter((map) => map !== undefined && !existing.has(`ConfigMap ${map}`)).map((map) => `ConfigMap ${map}`),
      ...named.flatMap(({ secret, key }) => {
        if (secret === undefined) return []
        const values = secrets[secret]
        if (values === undefined) return `Secret ${secret}`
        return key === undefined || key in values ? [] : `${key} in Secret ${secret}`
      }),
      ...[`ServiceAccount ${pod.serviceAccountName}`].filter((account) => !existing.has(account)),
    ]
    return missing.map((what) => `${nameOf(manifest)} refers to ${what}, which does not exist`)
  })
}

/** Selectors match pods, and the ports of Services exist on them. */
export const selectors: PolicyCheck = (manifests) => {
  const workloads = workloadsOf(manifests)
  const portsOf = (selector: Record<string, string>) =>
    workloads
      .filter(({ labels }) => selects({ matchLabels: selector }, labels))
      .flatMap(({ pod }) => pod.containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name)))
  const services = ofKind<IService>(manifests, 'Service').flatMap(({ metadata, spec }) => {
    const ports = portsOf(spec?.selector ?? {})
    return (spec?.ports ?? [])
      .filter(({ targetPort }) => !ports.includes(String(targetPort)))
      .map(({ targetPort }) => `Service ${metadata.name} matches no pod with a port ${targetPort}`)
  })
  const selecting = [
    ...ofKind<IPodDisruptionBudget>(manifests, 'PodDisruptionBudget'),
    ...ofKind<IPodMonitor>(manifests, 'PodMonitor'),
  ]
  const empty = selecting.filter(({ spec }) => !workloads.some(({ labels }) => selects(spec?.selector ?? {}, labels)))
  const sets = ofKind<IStatefulSet>(manifests, 'StatefulSet').filter(
    ({ spec }) => !manifests.some((one) => nameOf(one) === `Service ${spec?.serviceName}`),
  )
  return [
    ...services,
    ...empty.map(({ kind, metadata }) => `${kind} ${metadata.name} matches no pod`),
    ...sets.map(
      ({ metadata, spec }) => `StatefulSet ${metadata.name} refers to the missing Service ${spec?.serviceName}`,
    ),
  ]
}

/** A scaler is the only one of an existing target, which has no replica count. */
export const scalers: PolicyCheck = (manifests) => {
  const scaling = [
    ...ofKind<IScaledObject>(manifests, 'ScaledObject'),
    ...ofKind<IHorizontalPodAutoscaler>(manifests, 'HorizontalPodAutoscaler'),
  ]
  const deployments = ofKind<IDeployment>(manifests, 'Deployment')
  return scaling.flatMap(({ kind, metadata, spec }) => {
    const target = deployments.find((one) => one.metadata.name === spec?.scaleTargetRef.name)
    const others = scaling.filter((one) => one.spec?.scaleTargetRef.name === spec?.scaleTargetRef.name)
    const requirements: [boolean, string][] = [
      [target !== undefined, 'has no target'],
      [target?.spec?.replicas === undefined, 'is overridden by the replicas of its target on every apply'],
      [others.length === 1, 'shares its target with another scaler'],
    ]
    return requirements.filter(([holds]) => !holds).map(([, fault]) => `${kind} ${metadata.name} ${fault}`)
  })
}
