import type { IScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject'
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { loadConfig } from '../../../lib/config/load-config.ts'
import { jetStreamNames } from '../../../lib/jetstream/names.ts'
import { insightsSettings } from '../../../services/insights/config.ts'
import { intakeSettings } from '../../../services/intake/config.ts'
import { triageSettings } from '../../../services/triage/config.ts'
import { createSecrets } from '../../secrets/secrets.ts'
import { ofKind, type PolicyCheck, workloadsOf } from '../manifests.ts'

const SERVICES = {
  intake: { settings: intakeSettings, port: 'INTAKE_PORT' },
  triage: { settings: triageSettings, port: 'TRIAGE_PORT' },
  insights: { settings: insightsSettings, port: 'INSIGHTS_PORT' },
} as const

/** Services accept the settings in their pods, and listen on the ports of their containers. */
export const settings: PolicyCheck = (manifests) => {
  const maps = ofKind<IConfigMap>(manifests, 'ConfigMap').filter(({ metadata }) =>
    metadata.name.startsWith('leadtriage-config'),
  )
  const values: Record<string, string> = Object.assign({}, ...maps.map(({ data }) => data))
  const known = new Set(Object.values(SERVICES).flatMap((service) => Object.keys(service.settings)))
  const unknown = Object.keys(values).filter((name) => !known.has(name))
  const secrets = createSecrets()
  const faults = Object.entries(SERVICES).flatMap(([name, service]) => {
    const config: Record<string, unknown> = loadConfig(service.settings, {
      ...values,
      ...secrets[`leadtriage-${name}`],
    })
    const port = config[service.port]
    const pod = workloadsOf(manifests).find((workload) => workload.name === name)?.pod
    const listening = pod?.containers[0]?.ports?.some(({ containerPort }) => containerPort === port)
    return [
      ...(listening ? [] : [`${name} listens on ${port}, which is not a port of its container`]),
      ...(config.HOST === '0.0.0.0' ? [] : [`${name} listens on ${config.HOST}, where probes cannot reach it`]),
      ...(config.MIGRATE_ON_START === false ? [] : [`${name} would migrate, without the permissions to do so`]),
    ]
  })
  return [...unknown.map((name) => `no service knows the setting ${name}`), ...faults, ...queueFaults(manifests)]
}

/** Without the consumer, KEDA silently uses the last sequence number of the stream as the lag. */
const queueFaults: PolicyCheck = (manifests) => {
  const { leadsStream, triageConsumer } = jetStreamNames()
  const triggers = ofKind<IScaledObject>(manifests, 'ScaledObject').flatMap(({ spec }) => spec.triggers)
  return triggers
    .filter(({ type }) => type === 'nats-jetstream')
    .flatMap(({ metadata: { stream, consumer, account } }) => {
      const requirements: [boolean, string][] = [
        [stream === leadsStream && consumer === triageConsumer, `${stream}/${consumer} is not the consumer of triage`],
        [hasAccount(manifests, account ?? ''), `nats-server has no account ${account}`],
      ]
      return requirements.filter(([holds]) => !holds).map(([, fault]) => `ScaledObject: ${fault}`)
    })
}

function hasAccount(manifests: Parameters<PolicyCheck>[0], account: string): boolean {
  const maps = ofKind<IConfigMap>(manifests, 'ConfigMap')
  return maps.some(({ data = {} }) => new RegExp(`^ *${account} *\\{`, 'm').test(data['permissions.conf'] ?? ''))
}
