import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { stringify } from 'yaml'

const ROOT = path.join(import.meta.dirname, '../k8s')
const OVERLAYS = path.join(ROOT, 'overlays')

/** A way to put the components together, as an overlay might. */
export interface Combination {
  readonly name: string
  readonly components: readonly string[]
}

/** What an installation chooses; the parts of a choice belong together, in this order. */
const CHOICES: readonly (readonly (readonly string[])[])[] = [
  [['nats'], ['nats', 'nats-cluster']],
  [['postgres-single'], ['postgres-cluster']],
  [[], ['keda'], ['keda', 'keda-age'], ['hpa']],
  [[], ['gateway']],
  // these two have nothing to do with each other, and could go into no other's way
  [[], ['monitoring', 'model-egress']],
]

/** Every way to choose: sixty-four. */
export function allCombinations(): Combination[] {
  return CHOICES.reduce<string[][]>(
    (sofar, choice) => sofar.flatMap((components) => choice.map((chosen) => [...components, ...chosen])),
    [[]],
  ).map((components) => ({ name: components.join(' + '), components }))
}

/** The folder of each overlay by its name. */
export function overlays(): Record<string, string> {
  return Object.fromEntries(readdirSync(OVERLAYS).map((name) => [name, path.join(OVERLAYS, name)]))
}

/** Components that no combination has: a new one must be thought of there. */
export function forgottenComponents(): string[] {
  const known = new Set(CHOICES.flat(2))
  return readdirSync(path.join(ROOT, 'components')).filter((name) => !known.has(name))
}

/** Renders a combination like an overlay of its own. */
export function renderCombination({ components }: Combination, kustomize: (folder: string) => string): string {
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'leadtriage-k8s-'))
  const fromThere = (part: string) => path.relative(folder, path.join(ROOT, part))
  try {
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      namespace: 'leadtriage',
      resources: [fromThere('base')],
      components: components.map((name) => fromThere(`components/${name}`)),
    }
    writeFileSync(path.join(folder, 'kustomization.yaml'), stringify(kustomization))
    return kustomize(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
