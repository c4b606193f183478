import { allCombinations, forgottenComponents, overlays, renderCombination } from './combinations.ts'
import { renderDocsExample } from './docs-example.ts'
import { findKustomize } from './kustomize.ts'
import type { Manifest } from './manifests.ts'
import { parseManifests } from './manifests.ts'
import { POLICY_CHECKS } from './rules/policy-checks.ts'
import { fieldFaults, valueFaults } from './schemas.ts'
import { driftOf, readSnapshots, writeSnapshots } from './snapshots.ts'

/*
 * npm run test:deploy [-- --update]: renders every overlay and every combination of components, holds each object against
 * the published schemas and all of them against the house rules, and compares the overlays with what is committed under
 * deploy/k8s/rendered/, or writes that.
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
  { name: 'the example in the docs', manifests: parseManifests(renderDocsExample(kustomize)) },
  ...combinations.map(({ name, text }) => ({ name, manifests: parseManifests(text) })),
]

/** Most objects are the same in most installations. */
const different = new Map<string, Manifest>()
for (const manifest of installations.flatMap(({ manifests }) => manifests)) {
  different.set(JSON.stringify(manifest), manifest)
}
const objects = [...different.values()]
const values = await Promise.all(objects.map(valueFaults))
process.stdout.write(`${installations.length} installations, ${objects.length} different objects\n`)

report('every component is in a combination', forgottenComponents())
report('the schemas: values', values.flat())
report('the schemas: fields', fieldFaults(objects))
for (const [name, rule] of Object.entries(POLICY_CHECKS)) {
  const faults = installations.flatMap((one) => rule(one.manifests).map((fault) => ({ fault, where: one.name })))
  const byFault = Map.groupBy(faults, ({ fault }) => fault)
  report(
    name,
    [...byFault].map(([fault, places]) => `${fault} (${places[0]?.where}; ${places.length} in all)`),
  )
}
if (process.argv.includes('--update')) writeSnapshots(rendered)
report('what is rendered was committed', driftOf(rendered, readSnapshots()))

process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
