import {
  allCombinations,
  findKustomize,
  overlays,
  renderCombination,
  renderDocsExample,
  uncoveredComponents,
} from './installations.ts'
import type { Manifest } from './manifests.ts'
import { parseManifests } from './manifests.ts'
import { POLICY_CHECKS } from './policy-checks.ts'
import { fieldFaults, valueFaults } from './schemas.ts'
import { driftOf, readSnapshots, writeSnapshots } from './snapshots.ts'

/*
 * The command `npm run test:deploy`: renders every overlay and every combination of components, checks objects against
 * their published schemas and installations against the policy checks, and compares the overlays with the committed
 * deploy/k8s/rendered/. With `-- --update` it writes deploy/k8s/rendered/ first.
 */

let passed = 0
let failed = 0

function report(name: string, faults: readonly string[]): void {
  process.stdout.write(`${faults.length === 0 ? 'ok    ' : 'FAILED'} ${name}\n`)
  for (const fault of new Set(faults)) process.stdout.write(`       ${fault}\n`)
  if (faults.length === 0) passed += 1
  else failed += 1
}

const kustomize = findKustomize()
const rendered = Object.fromEntries(Object.entries(overlays()).map(([name, folder]) => [name, kustomize(folder)]))
const combinations = allCombinations().map((one) => ({ ...one, text: renderCombination(one, kustomize) }))
const installations = [
  ...Object.entries(rendered).map(([name, text]) => ({ name: `overlay ${name}`, manifests: parseManifests(text) })),
  { name: 'the example in docs/operations/kubernetes.md', manifests: parseManifests(renderDocsExample(kustomize)) },
  ...combinations.map(({ name, text }) => ({ name, manifests: parseManifests(text) })),
]

/** Most installations share most objects. */
const distinct = new Map<string, Manifest>()
for (const manifest of installations.flatMap(({ manifests }) => manifests)) {
  distinct.set(JSON.stringify(manifest), manifest)
}
const objects = [...distinct.values()]
const values = await Promise.all(objects.map(valueFaults))
process.stdout.write(`${installations.length} installations, ${objects.length} distinct objects\n`)

report('every component is in a combination', uncoveredComponents())
report('schemas: values', values.flat())
report('schemas: fields', fieldFaults(objects))
for (const [name, check] of Object.entries(POLICY_CHECKS)) {
  const faults = installations.flatMap((one) => check(one.manifests).map((fault) => ({ fault, where: one.name })))
  const byFault = Map.groupBy(faults, ({ fault }) => fault)
  report(
    name,
    [...byFault].map(([fault, places]) => `${fault} (${places[0]?.where}; ${places.length} in total)`),
  )
}
if (process.argv.includes('--update')) writeSnapshots(rendered)
report('the committed manifests are current', driftOf(rendered, readSnapshots()))

process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
