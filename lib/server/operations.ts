import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../telemetry/metrics.ts'
import type { ReadinessMonitor } from './readiness.ts'
import type { ApiDescription } from './rest/openapi/register-openapi.ts'
import { registerOpenApi } from './rest/openapi/register-openapi.ts'

/** The routes every service has: health, metrics and its own description. Must be registered before the REST routes. */
export async function registerOperations(
  app: FastifyInstance,
  options: { api: ApiDescription; readiness: ReadinessMonitor; metrics: Metrics },
): Promise<void> {
  await registerOpenApi(app, options.api)
  const hidden = { schema: { hide: true } }
  app.get('/healthz', hidden, async () => ({ status: 'ok' }))
  app.get('/readyz', hidden, async (_request, reply) => {
    const readiness = await options.readiness.evaluate()
    return reply.code(readiness.status === 'unready' ? 503 : 200).send(readiness)
  })
  app.get('/metrics', hidden, async (_request, reply) => {
    const { contentType, body } = await options.metrics.render()
    return reply.header('content-type', contentType).send(body)
  })
}
