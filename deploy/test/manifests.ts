import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet'
import type { IJob } from 'kubernetes-models/batch/v1/Job'
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'

const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
})
/** One object as it would be sent to a cluster. */
export type Manifest = z.output<typeof manifestSchema>

/** @throws Error when something is no object of Kubernetes at all */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => manifestSchema.parse(document.toJS()))
}

/** How faults name an object. */
export function nameOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`
}

/**
 * The objects of a kind as their published type. Rules look at what has passed the schemas: what does not have this
 * shape has been reported there.
 */
export function ofKind<T>(manifests: readonly Manifest[], kind: string): (T & Pick<Manifest, 'kind' | 'metadata'>)[] {
  return manifests.filter((manifest) => manifest.kind === kind) as unknown as (T &
    Pick<Manifest, 'kind' | 'metadata'>)[]
}

type PodSpec = NonNullable<IPodTemplateSpec['spec']>

/** Something that runs pods. */
export interface Workload {
  readonly manifest: Manifest
  readonly name: string
  /** Of its pods. */
  readonly labels: Readonly<Record<string, string>>
  readonly pod: PodSpec
  /** Whether its pods run until they are told to stop. */
  readonly isLongRunning: boolean
}

export function workloadsOf(manifests: readonly Manifest[]): Workload[] {
  return ['Deployment', 'StatefulSet', 'Job'].flatMap((kind) =>
    ofKind<IDeployment | IStatefulSet | IJob>(manifests, kind).flatMap((manifest) => {
      const template: IPodTemplateSpec | undefined = manifest.spec?.template
      if (template?.spec === undefined) return []
      return {
        manifest: manifest as unknown as Manifest,
        // a job's own name has the version in it
        name: template.metadata?.labels?.['app.kubernetes.io/name'] ?? manifest.metadata.name,
        labels: template.metadata?.labels ?? {},
        pod: template.spec,
        isLongRunning: kind !== 'Job',
      }
    }),
  )
}

/** Whether a label selector selects what has these labels; without any demand it selects everything. */
export function selects(
  selector: {
    matchLabels?: Record<string, string>
    matchExpressions?: { key: string; operator: string; values?: string[] }[]
  },
  labels: Readonly<Record<string, string>>,
): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key]
      if (operator === 'In') return value !== undefined && values.includes(value)
      if (operator === 'NotIn') return value === undefined || !values.includes(value)
      if (operator === 'Exists') return value !== undefined
      return value === undefined // DoesNotExist
    })
  )
}
