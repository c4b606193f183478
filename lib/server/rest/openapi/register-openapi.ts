import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import packageJson from '../../../../package.json' with { type: 'json' }
import type { DraftDocument } from './complete-document.ts'
import { completeDocument } from './complete-document.ts'

/** What the document of a service says about the service. */
export interface ApiDescription {
  readonly title: string
  /** Markdown. */
  readonly description: string
  /** The groups of operations, in the order in which they are shown. */
  readonly tags: readonly { readonly name: string; readonly description: string }[]
}

/** Markdown; what is true of every operation of every service. */
const ANY_SERVICE =
  'A request may carry `X-Request-Id` and `traceparent`; the response returns them, and our logs have the request id. ' +
  'Errors are problem details (RFC 9457) with a `code` for programs. A method that a path does not have is refused with ' +
  '405 and `Allow`, and a path that does not exist with 404.'

/**
 * What the pages may load: nothing from elsewhere. Swagger UI sets styles inline. The library's own policy has browsers turn
 * http into https, which a service behind no proxy does not speak.
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
 * Serves the OpenAPI document of a service at `/openapi.json`, and pages to read and try it at `/docs`. The document has
 * the routes that carry a tag. Must be called before the routes are registered.
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
      } as { title: string; version: string }, // the types know no `identifier`
      servers: [{ url: '/', description: 'This service.' }],
      tags: [...tags],
    },
    hideUntagged: true,
    convertConstToEnum: false,
    transform: jsonSchemaTransform,
    transformObject: (draft) => completeDocument(jsonSchemaTransformObject(draft) as DraftDocument),
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    theme: { title },
    uiConfig: { layout: 'BaseLayout' }, // without the bar that opens other documents
    staticCSP: PAGE_POLICY,
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}
