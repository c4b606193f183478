import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import type { ScalingSettings } from './autoscaler.ts'

const SCALED_OBJECT = new URL('../k8s/components/keda/triage.yaml', import.meta.url)
const DEPLOYMENT = new URL('../k8s/base/triage/deployment.yaml', import.meta.url)

const behaviorSchema = z.object({
  stabilizationWindowSeconds: z.number(),
  policies: z.array(z.object({ type: z.enum(['Pods', 'Percent']), value: z.number(), periodSeconds: z.number() })),
})
const scaledObjectSchema = z.object({
  spec: z.object({
    minReplicaCount: z.number(),
    maxReplicaCount: z.number(),
    pollingInterval: z.number(),
    cooldownPeriod: z.number(),
    advanced: z.object({
      horizontalPodAutoscalerConfig: z.object({
        behavior: z.object({ scaleUp: behaviorSchema, scaleDown: behaviorSchema }),
      }),
    }),
    triggers: z.tuple([
      z.object({ metadata: z.object({ lagThreshold: z.coerce.number(), activationLagThreshold: z.coerce.number() }) }),
      z.object({ type: z.literal('cpu'), metadata: z.object({ value: z.coerce.number() }) }),
    ]),
  }),
})
const cores = z.string().transform((cpu) => (cpu.endsWith('m') ? Number(cpu.slice(0, -1)) / 1000 : Number(cpu)))
const deploymentSchema = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.tuple([z.object({ resources: z.object({ requests: z.object({ cpu: cores }) }) })]),
      }),
    }),
  }),
})

/** Reads the scaling settings of triage from the manifests. */
export function readScaledObject(): ScalingSettings {
  const { spec } = scaledObjectSchema.parse(parse(readFileSync(SCALED_OBJECT, 'utf8')))
  const deployment = deploymentSchema.parse(parse(readFileSync(DEPLOYMENT, 'utf8')))
  const requested = deployment.spec.template.spec.containers[0].resources.requests.cpu
  const [lag, cpu] = spec.triggers
  return {
    ...lag.metadata,
    targetCores: (requested * cpu.metadata.value) / 100,
    minReplicas: spec.minReplicaCount,
    maxReplicas: spec.maxReplicaCount,
    pollingIntervalSeconds: spec.pollingInterval,
    cooldownSeconds: spec.cooldownPeriod,
    ...spec.advanced.horizontalPodAutoscalerConfig.behavior,
  }
}
