import { nameOf, type PolicyCheck, workloadsOf } from '../manifests.ts'

/** Pods meet the pod security standard "restricted", and stricter requirements. */
export const restrictedPods: PolicyCheck = (manifests) =>
  workloadsOf(manifests).flatMap(({ manifest, pod }) => {
    const requirements: [boolean, string][] = [
      [pod.securityContext?.runAsNonRoot === true, 'may run as root'],
      [pod.securityContext?.seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile'],
      [pod.automountServiceAccountToken === false, 'mounts a token of the Kubernetes API'],
      [pod.serviceAccountName !== undefined, 'uses the default service account'],
      [pod.enableServiceLinks === false, 'gets variables such as INTAKE_PORT from Services, which override settings'],
      [!pod.hostNetwork && !pod.hostPID && !pod.hostIPC, 'uses a namespace of its node'],
      [(pod.volumes ?? []).every(({ hostPath }) => hostPath === undefined), 'mounts a directory of its node'],
      ...pod.containers.flatMap(({ name, securityContext: context, ports = [] }): [boolean, string][] => [
        [context?.allowPrivilegeEscalation === false, `${name} may gain privileges`],
        [context?.readOnlyRootFilesystem === true, `${name} can write to its image`],
        [context?.capabilities?.drop?.includes('ALL') === true, `${name} keeps capabilities`],
        [ports.every(({ hostPort }) => hostPort === undefined), `${name} uses a port of its node`],
      ]),
    ]
    return requirements.filter(([holds]) => !holds).map(([, fault]) => `${nameOf(manifest)} ${fault}`)
  })

/** Containers have requests and limits of CPU and memory. */
export const resources: PolicyCheck = (manifests) =>
  workloadsOf(manifests).flatMap(({ manifest, pod }) =>
    pod.containers.flatMap(({ name, resources: { requests = {}, limits = {} } = {} }) =>
      ['cpu', 'memory'].flatMap((resource) => [
        ...(requests[resource] === undefined ? [`${nameOf(manifest)}: ${name} requests no ${resource}`] : []),
        ...(limits[resource] === undefined ? [`${nameOf(manifest)}: ${name} has no ${resource} limit`] : []),
      ]),
    ),
  )

/** Long-running containers have startup, liveness and readiness probes. */
export const probes: PolicyCheck = (manifests) =>
  workloadsOf(manifests)
    .filter(({ isLongRunning }) => isLongRunning)
    .flatMap(({ manifest, pod }) =>
      pod.containers.flatMap(({ name, startupProbe, livenessProbe, readinessProbe }) => {
        const missing = Object.entries({ startupProbe, livenessProbe, readinessProbe })
        return missing
          .filter(([, probe]) => probe === undefined)
          .map(([probe]) => `${nameOf(manifest)}: ${name} has no ${probe}`)
      }),
    )
