import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { STOP_TIMEOUT_MS } from '../../../lib/lifecycle/run-service.ts'
import { ofKind, selects } from '../manifests.ts'
import type { Rule } from './rule.ts'

/** A rollout, a scale-down and the drain of a node lose nothing: a pod leaves the Services, drains, and only then ends. */
export const rollouts: Rule = (manifests) => {
  const budgets = ofKind<IPodDisruptionBudget>(manifests, 'PodDisruptionBudget')
  return ofKind<IDeployment>(manifests, 'Deployment').flatMap(({ metadata, spec }) => {
    const pod = spec?.template.spec
    const pauseSeconds = pod?.containers[0]?.lifecycle?.preStop?.sleep?.seconds ?? 0
    const graceSeconds = pod?.terminationGracePeriodSeconds ?? 30
    const labels = spec?.template.metadata?.labels ?? {}
    const spread = pod?.topologySpreadConstraints?.map(({ topologyKey }) => topologyKey) ?? []
    const demands: [boolean, string][] = [
      [spec?.strategy?.rollingUpdate?.maxUnavailable === 0, 'stops pods before new ones are ready'],
      [pauseSeconds >= 5, 'does not wait until the Services have heard of its end'],
      [graceSeconds > pauseSeconds + STOP_TIMEOUT_MS / 1000, 'is killed before it can have drained'],
      [spread.includes('kubernetes.io/hostname'), 'may stand on one node only'],
      [spread.includes('topology.kubernetes.io/zone'), 'may stand in one zone only'],
      [budgets.some((budget) => selects(budget.spec?.selector ?? {}, labels)), 'has no disruption budget'],
    ]
    return demands.filter(([holds]) => !holds).map(([, fault]) => `Deployment ${metadata.name} ${fault}`)
  })
}
