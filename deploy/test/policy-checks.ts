import type { PolicyCheck } from './manifests.ts'
import { images } from './policies/images.ts'
import { metrics, readMetricNames } from './policies/metrics.ts'
import { networkPolicies } from './policies/network-policies.ts'
import { probes, resources, restrictedPods } from './policies/pods.ts'
import { podReferences, scalers, selectors } from './policies/references.ts'
import { rollouts } from './policies/rollouts.ts'
import { routes } from './policies/routes.ts'
import { noSecrets } from './policies/secrets.ts'
import { settings } from './policies/settings.ts'
import { tls } from './policies/tls.ts'

/** The policies of every installation, by name. */
export const POLICY_CHECKS: Readonly<Record<string, PolicyCheck>> = {
  'images have a full version': images,
  'pods are restricted': restrictedPods,
  'requests and limits are set': resources,
  'long-running pods have probes': probes,
  'a rollout loses nothing': rollouts,
  'no secret is committed': noSecrets,
  'pods refer to existing objects': podReferences,
  'selectors match something': selectors,
  'a scaler has its own target': scalers,
  'routes have a listener and a backend': routes,
  'services accept their settings': settings,
  'TLS is used by all or by none': tls,
  'queries use existing metrics': metrics(await readMetricNames()),
  'network policies allow the required connections only': networkPolicies,
}
