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
/** A Kubernetes object. */
export type Manifest = z.output<typeof manifestSchema>

/** Checks the objects of one installation and returns what is wrong. */
export type PolicyCheck = (manifests: readonly Manifest[]) => string[]

/** @throws Error when a document is not a Kubernetes object */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => manifestSchema.parse(document.toJS()))
}

/** The name of an object in faults. */
export function nameOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`
}

/**
 * Returns the objects of a kind, cast to their published type. The schema checks report objects of a different shape.
 */
export function ofKind<T>(manifests: readonly Manifest[], kind: string): (T & Pick<Manifest, 'kind' | 'metadata'>)[] {
  return manifests.filter((manifest) => manifest.kind === kind) as unknown as (T &
    Pick<Manifest, 'kind' | 'metadata'>)[]
}

type PodSpec = NonNullable<IPodTemplateSpec['spec']>

/** A Deployment, StatefulSet or Job. */
export interface Workload {
  readonly manifest: Manifest
  readonly name: string
  /** Of its pods. */
  readonly labels: Readonly<Record<string, string>>
  readonly pod: PodSpec
  /** Whether its pods run until they are stopped. */
  readonly isLongRunning: boolean
}

export function workloadsOf(manifests: readonly Manifest[]): Workload[] {
  return ['Deployment', 'StatefulSet', 'Job'].flatMap((kind) =>
    ofKind<IDeployment | IStatefulSet | IJob>(manifests, kind).flatMap((manifest) => {
      const template: IPodTemplateSpec | undefined = manifest.spec?.template
      if (template?.spec === undefined) return []
      return {
        manifest: manifest as unknown as Manifest,
        // the name of a job contains the version
        name: template.metadata?.labels?.['app.kubernetes.io/name'] ?? manifest.metadata.name,
        labels: template.metadata?.labels ?? {},
        pod: template.spec,
        isLongRunning: kind !== 'Job',
      }
    }),
  )
}

/** Whether a label selector matches these labels. An empty selector matches everything. */
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
