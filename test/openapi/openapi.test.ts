import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, describe, expect, test } from 'vitest'
import { newLeadSchema } from '../../domain/lead.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { bodyOf } from '../../testkit/clients/rest.ts'
import { useServices } from '../../testkit/fixtures/services.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import type { OpenApiDocument } from './document.ts'
import { exampleOf, operationsOf, resolve } from './document.ts'
import { documentSchemas } from './document-schemas.ts'

const start = useServices(useStack())

const SERVICES = {
  intake: [
    'createKey',
    'createLead',
    'deleteLead',
    'eraseSubject',
    'getLead',
    'importLeads',
    'listAuditEvents',
    'listKeys',
    'retriageLeads',
    'revokeKey',
    'rotateKey',
    'submitForm',
  ],
  triage: ['getDeadLetter', 'getQueue', 'listDeadLetters', 'redriveDeadLetters'],
  insights: [
    'correctInsight',
    'exportInsights',
    'getInsight',
    'getLeadOverview',
    'getSession',
    'getStats',
    'listCorrections',
    'listInsights',
    'signInWithKey',
    'signOut',
    'watchInsights',
  ],
} as const

describe.each(['intake', 'triage', 'insights'] as const)('the OpenAPI document of %s', (service) => {
  let url: string
  let document: OpenApiDocument
  beforeAll(async () => {
    ;({ url } = await start(service, {}, 'listening'))
    document = await bodyOf<OpenApiDocument>(fetch(`${url}/openapi.json`))
  })

  test('is valid OpenAPI 3.1, and so are its schemas and examples', async () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/)
    const { valid, errors } = await new Validator().validate({ ...structuredClone(document) })
    expect(errors ?? []).toEqual([])
    expect(valid).toBe(true)

    const schemas = documentSchemas(document)
    for (const name of Object.keys(document.components.schemas)) {
      const { examples = [] } = document.components.schemas[name] as { examples?: unknown[] }
      for (const example of examples) expect(schemas.validate(`#/components/schemas/${name}`, example)).toEqual([])
    }
    for (const [name, { content }] of Object.entries(document.components.responses)) {
      for (const { value } of Object.values(content['application/problem+json']?.examples ?? {})) {
        expect(schemas.validate('#/components/schemas/Problem', value), name).toEqual([])
      }
    }
  })

  test('has a title, a description, and the version and license of the package', () => {
    expect(document.info).toEqual({
      title: `leadtriage ${service}`,
      description: expect.stringMatching(/\S/),
      version: packageJson.version,
      license: { name: 'Apache License 2.0', identifier: packageJson.license },
    })
    expect(document.servers.map(({ url }) => url)).toEqual(['/'])
  })

  test('lists the REST operations and nothing else, each once', () => {
    const operations = operationsOf(document)
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual([...SERVICES[service]])
    for (const { method, path } of operations) {
      expect(['get', 'post', 'put', 'patch', 'delete']).toContain(method)
      expect(path).not.toContain('leadtriage.')
    }
  })

  test('groups operations by tags that it describes, and says of each what it does', () => {
    const described = document.tags.map(({ name }) => name)
    for (const { operationId, tags, summary } of operationsOf(document)) {
      expect(tags, operationId).toHaveLength(1)
      expect(described, operationId).toEqual(expect.arrayContaining(tags))
      expect(summary, operationId).toMatch(/^[A-Z].{5,80}$/)
    }
    for (const { description } of document.tags) expect(description).toMatch(/\S/)
  })

  test('declares every path parameter, and formats and examples of what is required', () => {
    for (const { operationId, path, parameters = [] } of operationsOf(document)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      expect(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(inPath)
      for (const { name, required, example, schema } of parameters) {
        if (!required) continue
        expect(example, `${operationId} ${name}`).toBeDefined()
        if (/(_id|-Key)$/.test(name)) expect(schema, name).toMatchObject({ format: 'uuid' })
      }
    }
  })

  test('has an example of every request body and of every successful response', () => {
    for (const { operationId, requestBody, responses } of operationsOf(document)) {
      const bodies = [requestBody?.content ?? {}]
      for (const [status, response] of Object.entries(responses)) {
        if (status.startsWith('2')) bodies.push(resolve(document, response).content)
      }
      for (const [type, media] of bodies.flatMap(Object.entries)) {
        expect(exampleOf(document, media), `${operationId} ${type}`).toBeDefined()
      }
    }
  })

  test('declares every error as problem details, by one schema', () => {
    for (const { operationId, responses } of operationsOf(document)) {
      expect(Object.keys(responses), operationId).toEqual(expect.arrayContaining(['400', '408', '431', '500', '503']))
      for (const [status, response] of Object.entries(responses)) {
        expect(status).toMatch(/^[2345]\d\d$/)
        const { content } = resolve(document, response)
        if (/^[23]/.test(status)) continue
        expect(Object.keys(content), `${operationId} ${status}`).toEqual(['application/problem+json'])
        expect(content['application/problem+json']?.schema).toEqual({ $ref: '#/components/schemas/Problem' })
      }
    }
  })

  test('declares the headers of every response, and Retry-After for a 503', () => {
    for (const { operationId, responses } of operationsOf(document)) {
      for (const [status, response] of Object.entries(responses)) {
        const { headers = {} } = resolve(document, response)
        expect(Object.keys(headers), `${operationId} ${status}`).toEqual(
          expect.arrayContaining(['X-Request-Id', 'traceparent', ...(status === '503' ? ['Retry-After'] : [])]),
        )
      }
    }
  })

  test('has a named component for every object, and allows no additional fields in it', () => {
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect(nestedObjects(schema), `${name} contains an unnamed object`).toEqual([])
      // a form may have any field of text
      const additional = name === 'Form' ? { type: 'string' } : false
      if ('type' in schema && schema.type === 'object')
        expect(schema).toHaveProperty('additionalProperties', additional)
    }
    for (const { operationId, requestBody, responses } of operationsOf(document)) {
      const bodies = [requestBody?.content ?? {}, ...Object.values(responses).map((r) => resolve(document, r).content)]
      for (const { schema } of bodies.flatMap((content) => Object.values(content))) {
        expect(nestedObjects({ schema }), operationId).toEqual([])
      }
    }
  })

  test('is shown at /docs with files that the service itself serves', async () => {
    const response = await fetch(`${url}/docs/`)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'self';")
    expect(policy).not.toMatch(/https?:|\w\.\w|upgrade-insecure/)
    const page = await response.text()
    const sources = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source = '']) => source)
    expect(sources.length).toBeGreaterThan(3)
    for (const source of sources) {
      const file = new URL(source, `${url}/docs/`)
      expect(file.origin).toBe(url)
      expect((await fetch(file)).status, file.href).toBe(200)
    }
    expect(await bodyOf(fetch(`${url}/docs/json`))).toEqual(document)
  })
})

test('the documented pattern of a note agrees with the validation for every Unicode character', async () => {
  const { url } = await start('intake', {}, 'listening')
  const { components } = await bodyOf<OpenApiDocument>(fetch(`${url}/openapi.json`))
  const { note } = (components.schemas.NewLead as { properties: { note: { pattern: string } } }).properties
  const pattern = new RegExp(note.pattern, 'u')
  const different = Array.from({ length: 0x110000 }, (_, code) => code)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .filter((code) => {
      const text = String.fromCodePoint(code)
      return pattern.test(text) !== newLeadSchema.safeParse({ note: text }).success
    })
  expect(different.map((code) => code.toString(16))).toEqual([])
})

/** Returns the objects that a schema defines inline instead of by reference. */
function nestedObjects(schema: object): unknown[] {
  return Object.values(schema).flatMap((part: unknown) => {
    if (typeof part !== 'object' || part === null) return []
    const own = 'type' in part && part.type === 'object' && 'properties' in part ? [part] : []
    return [...own, ...nestedObjects(part)]
  })
}
