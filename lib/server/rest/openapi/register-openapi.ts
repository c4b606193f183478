import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import packageJson from '../../../../package.json' with { type: 'json' }
import type { DraftDocument } from './complete-document.ts'
import { completeDocument } from './complete-document.ts'
import { SECURITY_SCHEMES } from './security.ts'

/** The description of a service in its OpenAPI document. */
export interface ApiDescription {
  readonly title: string
  /** Markdown. */
  readonly description: string
  /** The groups of operations, in display order. */
  readonly tags: readonly { readonly name: string; readonly description: string }[]
}

/** Markdown that applies to every operation of every service. */
const ANY_SERVICE =
  'Requests may have the headers `X-Request-Id` and `traceparent`. The response returns both, and the server logs ' +
  'the request id. Errors are problem details (RFC 9457) with a machine-readable `code`. An unsupported method is ' +
  'rejected with 405 and `Allow`, an unknown path with 404.'

/**
 * The Content-Security-Policy of the pages, which load nothing from other origins. Swagger UI needs inline styles. The
 * library's default policy upgrades http to https, which fails without a TLS proxy.
 */
const PAGE_POLICY = {
  'default-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'object-src': "'none'",
  'base-uri': "'self'",
  'form-action': "'self'",
  'frame-ancestors': "'self'",
}

/**
 * Serves the OpenAPI document of a service at `/openapi.json` and Swagger UI at `/docs`. The document contains the
 * routes that have a tag. Must be called before the routes are registered.
 */
export async function registerOpenApi(
  app: FastifyInstance,
  { title, description, tags }: ApiDescription,
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title,
        description: `${description}\n\n${ANY_SERVICE}`,
        version: packageJson.version,
        license: { name: 'Apache License 2.0', identifier: packageJson.license },
      } as { title: string; version: string }, // the types lack `identifier`
      servers: [{ url: '/', description: 'This service.' }],
      tags: [...tags],
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    hideUntagged: true,
    convertConstToEnum: false,
    transform: jsonSchemaTransform,
    transformObject: (draft) => completeDocument(jsonSchemaTransformObject(draft) as DraftDocument),
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    theme: { title },
    uiConfig: { layout: 'BaseLayout' }, // without the bar to open other documents
    staticCSP: PAGE_POLICY,
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}
