import { nameOf, workloadsOf } from '../manifests.ts'
import type { Rule } from './rule.ts'

/** Every pod is one that the pod security standard "restricted" admits, and a little stricter. */
export const restrictedPods: Rule = (manifests) =>
  workloadsOf(manifests).flatMap(({ manifest, pod }) => {
    const demands: [boolean, string][] = [
      [pod.securityContext?.runAsNonRoot === true, 'may run as root'],
      [pod.securityContext?.seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile'],
      [pod.automountServiceAccountToken === false, 'gets a token of the Kubernetes API'],
      [pod.serviceAccountName !== undefined, 'shares the default service account'],
      [pod.enableServiceLinks === false, 'gets variables such as INTAKE_PORT from Services, over our settings'],
      [!pod.hostNetwork && !pod.hostPID && !pod.hostIPC, 'is in a namespace of its node'],
      [(pod.volumes ?? []).every(({ hostPath }) => hostPath === undefined), 'mounts a folder of its node'],
      ...pod.containers.flatMap(({ name, securityContext: context, ports = [] }): [boolean, string][] => [
        [context?.allowPrivilegeEscalation === false, `${name} may gain privileges`],
        [context?.readOnlyRootFilesystem === true, `${name} can write to its image`],
        [context?.capabilities?.drop?.includes('ALL') === true, `${name} keeps capabilities`],
        [ports.every(({ hostPort }) => hostPort === undefined), `${name} takes a port of its node`],
      ]),
    ]
    return demands.filter(([holds]) => !holds).map(([, fault]) => `${nameOf(manifest)} ${fault}`)
  })

/** Every container says what it needs and what it may take. */
export const resources: Rule = (manifests) =>
  workloadsOf(manifests).flatMap(({ manifest, pod }) =>
    pod.containers.flatMap(({ name, resources: { requests = {}, limits = {} } = {} }) =>
      ['cpu', 'memory'].flatMap((resource) => [
        ...(requests[resource] === undefined ? [`${nameOf(manifest)}: ${name} requests no ${resource}`] : []),
        ...(limits[resource] === undefined ? [`${nameOf(manifest)}: ${name} has no limit of ${resource}`] : []),
      ]),
    ),
  )

/** Whatever runs on is asked whether it started, lives and is ready. */
export const probes: Rule = (manifests) =>
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
