import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { stringify } from 'yaml'

const ROOT = path.join(import.meta.dirname, '../..')
const MANIFESTS = path.join(ROOT, 'deploy/k8s')
const OVERLAYS = path.join(MANIFESTS, 'overlays')

/** Renders the kustomization in a folder. */
export type Kustomize = (folder: string) => string

/** `.ci/run` builds the first when neither is installed. */
const PROGRAMS: readonly (readonly string[])[] = [
  ['kustomize', 'build'],
  ['kubectl', 'kustomize'],
]
const MAX_BYTES = 16 * 1024 * 1024

export function findKustomize(): Kustomize {
  const found = PROGRAMS.find(([program = '']) => spawnSync(program, ['version']).error === undefined)
  if (found === undefined) {
    throw new Error('neither kustomize nor kubectl is installed; see docs/operations/kubernetes.md')
  }
  const [program = '', ...args] = found
  return (folder) => execFileSync(program, [...args, folder], { encoding: 'utf8', maxBuffer: MAX_BYTES })
}

/** A possible combination of components in an overlay. */
export interface Combination {
  readonly name: string
  readonly components: readonly string[]
}

/** An installation selects one option of each choice. The components of an option belong together, in this order. */
const CHOICES: readonly (readonly (readonly string[])[])[] = [
  [['nats'], ['nats', 'nats-cluster']],
  [['postgres-single'], ['postgres-cluster']],
  [[], ['keda'], ['keda', 'keda-age'], ['hpa']],
  // those for egress are independent of all others, so one combination is enough
  [
    [],
    ['gateway'],
    ['monitoring', 'model-egress', 'issuer-egress', 'tls'],
    ['gateway', 'monitoring', 'tls', 'gateway-tls'],
  ],
]

/** Returns all 64 combinations. */
export function allCombinations(): Combination[] {
  return CHOICES.reduce<string[][]>(
    (sofar, choice) => sofar.flatMap((components) => choice.map((chosen) => [...components, ...chosen])),
    [[]],
  ).map((components) => ({ name: components.join(' + '), components }))
}

/** Returns the folder of each overlay, by name. */
export function overlays(): Record<string, string> {
  return Object.fromEntries(readdirSync(OVERLAYS).map((name) => [name, path.join(OVERLAYS, name)]))
}

/** Returns components that are in no combination, to which a new component must be added. */
export function uncoveredComponents(): string[] {
  const known = new Set(CHOICES.flat(2))
  return readdirSync(path.join(MANIFESTS, 'components')).filter((name) => !known.has(name))
}

/** Renders a combination like an overlay. */
export function renderCombination({ components }: Combination, kustomize: Kustomize): string {
  return renderInFolder(kustomize, (folder) => {
    const pathTo = (part: string) => path.relative(folder, path.join(MANIFESTS, part))
    return stringify({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      namespace: 'leadtriage',
      resources: [pathTo('base')],
      components: components.map((name) => pathTo(`components/${name}`)),
    })
  })
}

const EXAMPLE = /^```yaml\n(# kustomization\.yaml\n.*?)^```/ms

/** Renders the example overlay in the docs, which expects a checkout of this repository in its folder. */
export function renderDocsExample(kustomize: Kustomize): string {
  const [, example] = EXAMPLE.exec(readFileSync(path.join(ROOT, 'docs/operations/kubernetes.md'), 'utf8')) ?? []
  if (example === undefined) throw new Error('docs/operations/kubernetes.md has no example of a kustomization.yaml')
  return renderInFolder(kustomize, (folder) => {
    symlinkSync(ROOT, path.join(folder, 'leadtriage'))
    return example
  })
}

/** @param prepare returns the content of kustomization.yaml */
function renderInFolder(kustomize: Kustomize, prepare: (folder: string) => string): string {
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'leadtriage-k8s-'))
  try {
    writeFileSync(path.join(folder, 'kustomization.yaml'), prepare(folder))
    return kustomize(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
