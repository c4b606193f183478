import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Manifest } from './manifests.ts'
import { nameOf } from './manifests.ts'

/*
 * Objects against the published schemas of Kubernetes and of the custom resources, twice: the packages' validators look
 * at values, formats and what is missing, but let fields pass that they do not know; the packages' types know every
 * field, so the compiler is asked about those.
 */

/** The package that has the schemas of an API group; what is not listed is Kubernetes' own. */
const PACKAGES: Readonly<Record<string, string>> = {
  'keda.sh': '@kubernetes-models/keda',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'postgresql.cnpg.io': '@kubernetes-models/cloudnative-pg',
}
const ROOT = path.join(import.meta.dirname, '../..')

function moduleOf({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>): string {
  const [group = ''] = apiVersion.split('/')
  return `${PACKAGES[group] ?? 'kubernetes-models'}/${apiVersion}/${kind}`
}

/** Values, formats, missing fields. An object whose kind has no published schema is a fault. */
export async function valueFaults(manifest: Manifest): Promise<string[]> {
  try {
    const models = await import(moduleOf(manifest))
    new models[manifest.kind](manifest).validate()
    return []
  } catch (error) {
    return [`${nameOf(manifest)}: ${error instanceof Error ? error.message : error}`]
  }
}

/** Unknown fields, of all objects in one run of the compiler. */
export function fieldFaults(manifests: readonly Manifest[]): string[] {
  const folder = path.join(ROOT, '.deploy-schemas')
  const lines = manifests.map((manifest, index) => {
    const type = `import('${moduleOf(manifest)}').I${manifest.kind}`
    return `export const object${index}: ${type} = ${JSON.stringify(manifest)}`
  })
  mkdirSync(folder, { recursive: true })
  try {
    writeFileSync(path.join(folder, 'objects.ts'), `${lines.join('\n')}\n`)
    const options = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--pretty',
      'false',
    ]
    const tsc = path.join(ROOT, 'node_modules/.bin/tsc')
    const { status, stdout, stderr } = spawnSync(tsc, [...options, 'objects.ts'], { cwd: folder, encoding: 'utf8' })
    if (status === 0) return []
    const faults = [...stdout.matchAll(/^objects\.ts\((\d+),\d+\): error TS\d+: (.*)$/gm)]
    if (faults.length === 0) return [`the compiler failed: ${stdout}${stderr}`]
    return faults.map(([, line, message]) => {
      const manifest = manifests[Number(line) - 1]
      return `${manifest === undefined ? 'an object' : nameOf(manifest)}: ${message}`
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}
