import { execFileSync, spawnSync } from 'node:child_process'

/** `.ci/run` builds the first where it finds neither. */
const CANDIDATES: readonly (readonly string[])[] = [
  ['kustomize', 'build'],
  ['kubectl', 'kustomize'],
]
const MAX_BYTES = 16 * 1024 * 1024

/** Renders folders with whichever of the two programs this machine has. */
export function findKustomize(): (folder: string) => string {
  const found = CANDIDATES.find(([program = '']) => spawnSync(program, ['version']).error === undefined)
  if (found === undefined) {
    throw new Error('neither kustomize nor kubectl was found: install one, see docs/operations/kubernetes.md')
  }
  const [program = '', ...args] = found
  return (folder) => execFileSync(program, [...args, folder], { encoding: 'utf8', maxBuffer: MAX_BYTES })
}
