import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Manifest } from './manifests.ts'
import { nameOf } from './manifests.ts'

/*
 * Checks objects against the published schemas of Kubernetes and of custom resources, in two ways. The validators of the
 * packages check values, formats and missing fields, but accept unknown fields. The compiler finds those by the types of
 * the packages.
 */

/** The package with the schemas of an API group; default: kubernetes-models. */
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

/** Checks values, formats and missing fields. Reports an object whose kind has no published schema. */
export async function valueFaults(manifest: Manifest): Promise<string[]> {
  try {
    const models = await import(moduleOf(manifest))
    new models[manifest.kind](manifest).validate()
    return []
  } catch (error) {
    return [`${nameOf(manifest)}: ${error instanceof Error ? error.message : error}`]
  }
}

/** Checks for unknown fields, with one run of the compiler for all objects. */
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
