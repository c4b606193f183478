import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { trackedFiles } from './tracked-files.ts'

/** The parts that each part may import, besides itself. A new dependency between parts is a design decision. */
const ARROWS: Record<string, readonly string[]> = {
  domain: [],
  gen: [],
  // infrastructure: independent of the domain and its tables
  lib: ['gen'],
  db: ['lib'],
  // the domain on the wire and in table rows
  contract: ['domain', 'gen', 'lib'],
  'services/intake': ['domain', 'gen', 'contract', 'db', 'lib'],
  'services/triage': ['domain', 'gen', 'contract', 'db', 'lib'],
  'services/insights': ['domain', 'gen', 'contract', 'db', 'lib'],
  // starts the whole system
  embedded: ['db', 'lib', 'services/intake', 'services/triage', 'services/insights'],
  // servers, processes, proxies and clients for tests and benchmarks
  testkit: ['domain', 'gen', 'db', 'lib', 'embedded', 'services/triage'],
  // measures the system from outside with the notes of eval; the peers use the same analyzer
  bench: ['domain', 'gen', 'db', 'lib', 'embedded', 'testkit', 'eval', 'services/intake', 'services/triage'],
  // measures the accuracy of analyzers and trains the rule analyzer
  eval: ['domain', 'lib', 'services/triage'],
  // for programs outside this repository: has the contract and nothing of the services
  client: ['gen'],
  cli: ['client', 'db', 'eval', 'lib'],
  // compares docs/settings.md with the settings of the services and of the migration job
  check: ['db', 'lib', 'services/intake', 'services/triage', 'services/insights'],
  // compares the manifests with the settings, metrics and routes of the services
  deploy: ['gen', 'lib', 'services/intake', 'services/triage', 'services/insights'],
  test: [
    'client',
    'domain',
    'gen',
    'contract',
    'db',
    'lib',
    'embedded',
    'eval',
    'services/intake',
    'services/triage',
    'services/insights',
  ],
}

/** Packages that only one folder may import, so that replacing one affects that folder only. */
const CONFINED: Record<string, string> = {
  '@nats-io/': 'lib/jetstream/',
  fastify: 'lib/server/',
  '@fastify/': 'lib/server/',
  '@grpc/': 'bench/',
  'prom-client': 'lib/telemetry/',
  jose: 'lib/auth/',
  'openid-client': 'services/insights/sign-in/',
  openai: 'services/triage/analyzers/llm/',
  'rate-limiter-flexible': 'lib/limits/',
  cockatiel: 'services/triage/analyzers/llm/',
}

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g

/** Finds imports that violate the dependency rules: domain ← lib ← services, and no service imports another. */
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
    if (isTest || file.startsWith('bench/')) return undefined // they call the services with client libraries
    const [name, home] = Object.entries(CONFINED).find(([name]) => isPackage(specifier, name)) ?? []
    return home === undefined || file.startsWith(home)
      ? undefined
      : `${file} imports ${name}, which is restricted to ${home}`
  }
  const from = partOf(file)
  const imported = join(dirname(file), specifier)
  if (imported === 'package.json') return undefined // for the version
  const to = partOf(imported)
  if (from === undefined) return undefined // a configuration file in the root directory
  if (to === undefined) return `${file} imports ${specifier}, which belongs to no known part`
  if (from === to || (isTest && (to === 'test' || to === 'testkit')) || ARROWS[from]?.includes(to)) return undefined
  return `${file} imports ${to}, which ${from} must not import`
}

function isPackage(specifier: string, name: string): boolean {
  return name.endsWith('/') ? specifier.startsWith(name) : specifier === name || specifier.startsWith(`${name}/`)
}

function partOf(path: string): string | undefined {
  return Object.keys(ARROWS).find((part) => path.startsWith(`${part}/`))
}
