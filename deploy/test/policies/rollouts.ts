import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { STOP_TIMEOUT_MS } from '../../../lib/lifecycle/run-service.ts'
import { ofKind, type PolicyCheck, selects } from '../manifests.ts'

/** Rollouts, scale-downs and node drains lose nothing: a pod is removed from the Services, drains, and then stops. */
export const rollouts: PolicyCheck = (manifests) => {
  const budgets = ofKind<IPodDisruptionBudget>(manifests, 'PodDisruptionBudget')
  return ofKind<IDeployment>(manifests, 'Deployment').flatMap(({ metadata, spec }) => {
    const pod = spec?.template.spec
    const pauseSeconds = pod?.containers[0]?.lifecycle?.preStop?.sleep?.seconds ?? 0
    const graceSeconds = pod?.terminationGracePeriodSeconds ?? 30
    const labels = spec?.template.metadata?.labels ?? {}
    const spread = pod?.topologySpreadConstraints?.map(({ topologyKey }) => topologyKey) ?? []
    const requirements: [boolean, string][] = [
      [spec?.strategy?.rollingUpdate?.maxUnavailable === 0, 'stops pods before new ones are ready'],
      [pauseSeconds >= 5, 'does not wait until it is removed from the Services'],
      [graceSeconds > pauseSeconds + STOP_TIMEOUT_MS / 1000, 'can be killed before it has drained'],
      [spread.includes('kubernetes.io/hostname'), 'can run on one node only'],
      [spread.includes('topology.kubernetes.io/zone'), 'can run in one zone only'],
      [budgets.some((budget) => selects(budget.spec?.selector ?? {}, labels)), 'has no disruption budget'],
    ]
    return requirements.filter(([holds]) => !holds).map(([, fault]) => `Deployment ${metadata.name} ${fault}`)
  })
}
