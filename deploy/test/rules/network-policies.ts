import { wantedArrows } from '../arrows.ts'
import { readNetwork } from '../network.ts'
import type { Rule } from './rule.ts'

/** The network policies let through what the design has, nothing else, and have no part that is for nothing. */
export const networkPolicies: Rule = (manifests) => {
  const { pods, open, useless } = readNetwork(manifests)
  const wanted = wantedArrows(manifests, pods)
  return [
    ...wanted.filter((arrow) => !open.includes(arrow)).map((arrow) => `the policies stop ${arrow}`),
    ...open.filter((arrow) => !wanted.includes(arrow)).map((arrow) => `the policies let through ${arrow}`),
    ...useless.map((part) => `no arrow of the design needs ${part}`),
  ]
}
