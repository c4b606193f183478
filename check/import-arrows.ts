import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { trackedFiles } from './tracked-files.ts'

/** Which parts a part may import, beside itself. What is not listed here must be added here, with thought. */
const ARROWS: Record<string, readonly string[]> = {
  domain: [],
  gen: [],
  // infrastructure: knows neither the domain nor its tables
  lib: ['gen'],
  db: ['lib'],
  // how the domain looks on the wire and in rows
  contract: ['domain', 'gen', 'lib'],
  'services/intake': ['domain', 'gen', 'contract', 'db', 'lib'],
  'services/triage': ['domain', 'gen', 'contract', 'db', 'lib'],
  'services/insights': ['domain', 'gen', 'contract', 'db', 'lib'],
  // starts everything there is
  embedded: ['db', 'lib', 'services/intake', 'services/triage', 'services/insights'],
  // servers, processes, proxies and clients for tests and benchmarks
  testkit: ['domain', 'gen', 'db', 'lib', 'embedded', 'services/triage'],
  // measures everything there is from outside, with the notes of eval; the peers do the same job with our analyzer
  bench: ['domain', 'gen', 'db', 'lib', 'embedded', 'testkit', 'eval', 'services/intake', 'services/triage'],
  // measures the accuracy of analyzers, and learns the weights of one
  eval: ['domain', 'lib', 'services/triage'],
  cli: ['eval'],
  check: [],
  // compares the manifests with what the services say of themselves
  deploy: ['gen', 'lib', 'services/intake', 'services/triage', 'services/insights'],
  test: ['domain', 'gen', 'db', 'lib', 'embedded', 'eval', 'services/intake', 'services/triage'],
}

/** Packages that only one part may know, so that replacing one is that part's work alone. */
const CONFINED: Record<string, string> = {
  '@nats-io/': 'lib/jetstream/',
  fastify: 'lib/server/',
  '@fastify/': 'lib/server/',
  '@grpc/': 'bench/',
  'prom-client': 'lib/telemetry/',
  openai: 'services/triage/analyzers/llm/',
  cockatiel: 'services/triage/analyzers/llm/',
}

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g

/** Finds imports against the arrows of the design: domain ← lib ← services, and no service imports another. */
export function checkImportArrows(): string[] {
  return trackedFiles('.ts')
    .filter((file) => existsSync(file))
    .flatMap((file) => importsOf(file).flatMap((imported) => faultOf(file, imported) ?? []))
}

function importsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, specifier]) => specifier ?? '')
}

function faultOf(file: string, specifier: string): string | undefined {
  const isTest = file.endsWith('.test.ts') || file.startsWith('test/') || file.startsWith('testkit/')
  if (!specifier.startsWith('.')) {
    if (isTest || file.startsWith('bench/')) return undefined // they call the services as any client does
    const [name, home] = Object.entries(CONFINED).find(([name]) => isPackage(specifier, name)) ?? []
    return home === undefined || file.startsWith(home) ? undefined : `${file} imports ${name}, which only ${home} may`
  }
  const from = partOf(file)
  const imported = join(dirname(file), specifier)
  if (imported === 'package.json') return undefined // anything may say the version
  const to = partOf(imported)
  if (from === undefined) return undefined // a configuration file at the root
  if (to === undefined) return `${file} imports ${specifier}, which belongs to no part of the design`
  if (from === to || (isTest && (to === 'test' || to === 'testkit')) || ARROWS[from]?.includes(to)) return undefined
  return `${file} imports ${to}, which ${from} may not`
}

function isPackage(specifier: string, name: string): boolean {
  return name.endsWith('/') ? specifier.startsWith(name) : specifier === name || specifier.startsWith(`${name}/`)
}

function partOf(path: string): string | undefined {
  return Object.keys(ARROWS).find((part) => path.startsWith(`${part}/`))
}
