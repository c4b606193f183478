import type { IScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject'
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { loadConfig } from '../../../lib/config/load-config.ts'
import { jetStreamNames } from '../../../lib/jetstream/names.ts'
import { insightsSettings } from '../../../services/insights/config.ts'
import { intakeSettings } from '../../../services/intake/config.ts'
import { triageSettings } from '../../../services/triage/config.ts'
import { createSecrets } from '../../secrets/secrets.ts'
import { ofKind, workloadsOf } from '../manifests.ts'
import type { Rule } from './rule.ts'

const SERVICES = {
  intake: { settings: intakeSettings, port: 'INTAKE_PORT' },
  triage: { settings: triageSettings, port: 'TRIAGE_PORT' },
  insights: { settings: insightsSettings, port: 'INSIGHTS_PORT' },
} as const

/** The services understand their settings as they find them in their pods, and listen where they are asked. */
export const settings: Rule = (manifests) => {
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
      ...(listening ? [] : [`${name} listens on ${port}, which is no port of its container`]),
      ...(config.HOST === '0.0.0.0' ? [] : [`${name} listens on ${config.HOST}, where no probe reaches it`]),
      ...(config.MIGRATE_ON_START === false ? [] : [`${name} would migrate, as a user who may not`]),
    ]
  })
  return [...unknown.map((name) => `no service knows the setting ${name}`), ...faults, ...queueFaults(manifests)]
}

/** KEDA falls back to the stream's last sequence number when it does not find the consumer, and says nothing. */
const queueFaults: Rule = (manifests) => {
  const { leadsStream, triageConsumer } = jetStreamNames()
  const triggers = ofKind<IScaledObject>(manifests, 'ScaledObject').flatMap(({ spec }) => spec.triggers)
  return triggers
    .filter(({ type }) => type === 'nats-jetstream')
    .flatMap(({ metadata: { stream, consumer, account } }) => {
      const demands: [boolean, string][] = [
        [stream === leadsStream && consumer === triageConsumer, `${stream}/${consumer} is not the consumer of triage`],
        [hasAccount(manifests, account ?? ''), `nats-server is configured with no account ${account}`],
      ]
      return demands.filter(([holds]) => !holds).map(([, fault]) => `ScaledObject: ${fault}`)
    })
}

function hasAccount(manifests: Parameters<Rule>[0], account: string): boolean {
  const maps = ofKind<IConfigMap>(manifests, 'ConfigMap')
  return maps.some(({ data = {} }) => new RegExp(`^ *${account} *\\{`, 'm').test(data['permissions.conf'] ?? ''))
}
