import { fastify } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { newLeadSchema } from '../../domain/lead.ts'
import { uuidSchema } from '../../domain/uuid.ts'
import { toRow } from '../../services/intake/create-lead.ts'
import { reportReady } from '../../testkit/processes/node-program.ts'
import type { AcceptLead } from './peer-process.ts'

const CALLER = { clientId: 'bench', traceparent: undefined }

/**
 * Serves `POST /leads` for every peer: Fastify with the product's schema. Responds 201, 200 on a repeat, and 409 for a
 * different body under the same key.
 */
export async function serveLeads(accept: AcceptLead): Promise<void> {
  const app = fastify().withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  const schema = {
    headers: z.object({ 'idempotency-key': uuidSchema }),
    body: newLeadSchema,
    response: { 200: z.unknown(), 201: z.unknown(), 409: z.unknown() },
  }
  app.post('/leads', { schema }, async (request, reply) => {
    const row = toRow(CALLER, { idempotencyKey: request.headers['idempotency-key'], lead: request.body })
    const { id, created, requestHash, createdAt } = await accept(row)
    if (requestHash !== row.requestHash) return reply.code(409).send({ code: 'idempotency_conflict' })
    reply.header('location', `/leads/${id}`)
    return reply.code(created ? 201 : 200).send({ id, ...row.lead, created_at: createdAt })
  })
  reportReady(await app.listen({ host: '127.0.0.1', port: 0 }))
}
