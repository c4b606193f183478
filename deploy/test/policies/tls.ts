import type { IPodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor'
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap'
import type { IService } from 'kubernetes-models/v1/Service'
import { type Manifest, nameOf, ofKind, type PolicyCheck, type Workload, workloadsOf } from '../manifests.ts'

const SERVICES = ['intake', 'triage', 'insights']
const FILES = ['TLS_CERT_FILE', 'TLS_KEY_FILE']

/**
 * If the services serve TLS, their pods have the files, and probes, scrapes and Services use TLS; otherwise none does.
 */
export const tls: PolicyCheck = (manifests) => {
  const maps = ofKind<IConfigMap>(manifests, 'ConfigMap').filter(({ metadata }) =>
    metadata.name.startsWith('leadtriage-config'),
  )
  const files = maps.flatMap(({ data = {} }) => FILES.flatMap((name) => data[name] ?? []))
  const isOn = files.length > 0
  return [
    ...(isOn && files.length !== FILES.length ? [`${FILES.join(' and ')} belong together`] : []),
    ...workloadsOf(manifests)
      .filter(({ name }) => SERVICES.includes(name))
      .flatMap((workload) => [
        ...files.filter((file) => !isMounted(workload, file)).map((file) => `${workload.name} has no ${file}`),
        ...probeFaults(workload, isOn),
      ]),
    ...ofKind<IPodMonitor>(manifests, 'PodMonitor').flatMap((monitor) =>
      (monitor.spec.podMetricsEndpoints ?? [])
        .filter(({ scheme = 'http' }) => (scheme.toLowerCase() === 'https') !== isOn)
        .map(() => `${nameOf(monitor as unknown as Manifest)} scrapes ${isOn ? 'without' : 'with'} TLS`),
    ),
    ...ofKind<IService>(manifests, 'Service').flatMap(({ metadata, spec }) =>
      (spec?.ports ?? [])
        .filter(() => SERVICES.includes(spec?.selector?.['app.kubernetes.io/name'] ?? ''))
        .filter(({ appProtocol }) => (appProtocol === 'https') !== isOn)
        .map(({ name }) => `Service ${metadata.name}: the port ${name} is declared ${isOn ? 'without' : 'with'} TLS`),
    ),
  ]
}

/** Whether a Secret is mounted where the file is. With a subPath the pod would keep the certificate it started with. */
function isMounted({ pod }: Workload, file: string): boolean {
  return (pod.containers[0]?.volumeMounts ?? []).some(
    ({ name, mountPath, subPath }) =>
      subPath === undefined &&
      file.startsWith(`${mountPath}/`) &&
      pod.volumes?.some((volume) => volume.name === name && volume.secret !== undefined),
  )
}

function probeFaults({ name, pod }: Workload, isOn: boolean): string[] {
  const { startupProbe, livenessProbe, readinessProbe } = pod.containers[0] ?? {}
  return Object.entries({ startupProbe, livenessProbe, readinessProbe }).flatMap(([kind, probe]) => {
    if (probe?.grpc !== undefined)
      return isOn ? [`${name}: the ${kind} uses gRPC, which has no TLS in the kubelet`] : []
    return (probe?.httpGet?.scheme === 'HTTPS') === isOn
      ? []
      : [`${name}: the ${kind} is ${isOn ? 'not ' : ''}over TLS`]
  })
}
