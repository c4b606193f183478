import { fastify } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { newLeadSchema } from '../../domain/lead.ts'
import { uuidSchema } from '../../domain/uuid.ts'
import { toRow } from '../../services/intake/create-lead.ts'
import type { LeadRow } from '../../services/intake/lead-store.ts'
import { sayReady } from '../../testkit/processes/node-program.ts'
import type { StoredLead } from './rows.ts'

const CALLER = { clientId: 'bench', traceparent: undefined }

/**
 * `POST /leads` of every peer: Fastify with the product's own schema, 201, 200 on a repeat and 409 for another body
 * under the same key.
 *
 * @param accept stores the lead and makes sure that a worker hears of it
 */
export async function serveLeads(accept: (row: LeadRow) => Promise<StoredLead>): Promise<void> {
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
  sayReady(await app.listen({ host: '127.0.0.1', port: 0 }))
}
