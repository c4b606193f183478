import { fastify } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { newLeadSchema } from '../../../domain/lead.ts'
import { reportReady } from '../../../testkit/processes/node-program.ts'

/* Fastify with the product's schema of a lead: validates the body and returns it. */

const app = fastify().withTypeProvider<ZodTypeProvider>()
app.setValidatorCompiler(validatorCompiler)
app.setSerializerCompiler(serializerCompiler)
app.post('/leads', { schema: { body: newLeadSchema, response: { 201: z.unknown() } } }, async (request, reply) =>
  reply.code(201).send(request.body),
)
reportReady(await app.listen({ host: '127.0.0.1', port: 0 }))
