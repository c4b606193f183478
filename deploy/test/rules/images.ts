import { readFileSync } from 'node:fs'
import type { ICluster } from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1/Cluster'
import { nameOf, ofKind, workloadsOf } from '../manifests.ts'
import type { Rule } from './rule.ts'

/** A whole version, with whatever variant behind it; PostgreSQL's versions have two numbers. */
const WHOLE_VERSION = /:\d+\.\d+(?:\.\d+)?(?:-[\w.-]+)?$/
const OURS = 'ghcr.io/leadtriage/leadtriage'
const packageJson = new URL('../../../package.json', import.meta.url)

/** Every image is named by a whole version, ours by that of package.json, which the migration's name has too. */
export const images: Rule = (manifests) => {
  const { version }: { version: string } = JSON.parse(readFileSync(packageJson, 'utf8'))
  const jobName = `migrate-${version.replaceAll('.', '-')}`
  const named = [
    ...workloadsOf(manifests).flatMap(({ manifest, pod }) =>
      [...pod.containers, ...(pod.initContainers ?? [])].map(({ image }) => ({ owner: nameOf(manifest), image })),
    ),
    ...ofKind<ICluster>(manifests, 'Cluster').map(({ metadata, spec }) => ({
      owner: `Cluster ${metadata.name}`,
      image: spec.imageName,
    })),
  ]
  const unpinned = named.filter(({ image = '' }) => !WHOLE_VERSION.test(image))
  const old = named.filter(({ image = '' }) => image.startsWith(OURS) && image !== `${OURS}:${version}`)
  const jobs = manifests.filter(({ kind, metadata }) => kind === 'Job' && metadata.name !== jobName)
  return [
    ...unpinned.map(({ owner, image }) => `${owner}: the image ${image} names no whole version`),
    ...old.map(({ owner, image }) => `${owner}: the image ${image} is not that of version ${version}`),
    ...jobs.map((job) => `${nameOf(job)} should be ${jobName}: a job cannot be changed, each version has its own`),
  ]
}
