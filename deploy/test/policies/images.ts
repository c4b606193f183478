import { readFileSync } from 'node:fs'
import type { ICluster } from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1/Cluster'
import { nameOf, ofKind, type PolicyCheck, workloadsOf } from '../manifests.ts'

/** A full version, optionally with a variant; PostgreSQL's versions have two numbers. */
const FULL_VERSION = /:\d+\.\d+(?:\.\d+)?(?:-[\w.-]+)?$/
const PRODUCT_IMAGE = 'ghcr.io/leadtriage/leadtriage'
const packageJson = new URL('../../../package.json', import.meta.url)

/** Images have a full version. The version of leadtriage and of the migration job is that of package.json. */
export const images: PolicyCheck = (manifests) => {
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
  const unpinned = named.filter(({ image = '' }) => !FULL_VERSION.test(image))
  const old = named.filter(
    ({ image = '' }) => image.startsWith(PRODUCT_IMAGE) && image !== `${PRODUCT_IMAGE}:${version}`,
  )
  const jobs = manifests.filter(({ kind, metadata }) => kind === 'Job' && metadata.name !== jobName)
  return [
    ...unpinned.map(({ owner, image }) => `${owner}: the image ${image} has no full version`),
    ...old.map(({ owner, image }) => `${owner}: the image ${image} is not of version ${version}`),
    ...jobs.map((job) => `${nameOf(job)} should be named ${jobName}: jobs are immutable, each version needs its own`),
  ]
}
