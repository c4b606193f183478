import { images } from './images.ts'
import { metrics, readMetricNames } from './metrics.ts'
import { networkPolicies } from './network-policies.ts'
import { probes, resources, restrictedPods } from './pods.ts'
import { podReferences, scalers, selectors } from './references.ts'
import { rollouts } from './rollouts.ts'
import { routes } from './routes.ts'
import type { Rule } from './rule.ts'
import { noSecrets } from './secrets.ts'
import { settings } from './settings.ts'

/** What must hold for every installation, by its name. */
export const POLICY_CHECKS: Readonly<Record<string, Rule>> = {
  'every image is named by a whole version': images,
  'pods are restricted': restrictedPods,
  'requests and limits are set': resources,
  'what runs on is probed': probes,
  'a rollout loses nothing': rollouts,
  'no secret is committed': noSecrets,
  'what pods name is there': podReferences,
  'selectors select something': selectors,
  'a scaler is alone with its target': scalers,
  'routes lead somewhere': routes,
  'services understand their settings': settings,
  'queries name metrics that exist': metrics(await readMetricNames()),
  'network policies are the arrows of the design': networkPolicies,
}
