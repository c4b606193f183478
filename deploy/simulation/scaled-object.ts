import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import type { ScalingSettings } from './autoscaler.ts'

const FILE = new URL('../k8s/components/keda/triage.yaml', import.meta.url)

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
    ]),
  }),
})

/** The settings that a cluster would get, from the very file. */
export function readScaledObject(): ScalingSettings {
  const { spec } = scaledObjectSchema.parse(parse(readFileSync(FILE, 'utf8')))
  return {
    ...spec.triggers[0].metadata,
    minReplicas: spec.minReplicaCount,
    maxReplicas: spec.maxReplicaCount,
    pollingIntervalSeconds: spec.pollingInterval,
    cooldownSeconds: spec.cooldownPeriod,
    ...spec.advanced.horizontalPodAutoscalerConfig.behavior,
  }
}
