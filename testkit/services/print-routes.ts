import { subscribe } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'

/*
 * Prints every route that a service registers, one a line, also those that its OpenAPI document does not have. Loaded
 * before the service, with `node --import`; registeredRoutes (registered-routes.ts) reads the lines.
 */

subscribe('fastify.initialization', (message) => {
  const { fastify } = message as { readonly fastify: FastifyInstance }
  fastify.addHook('onRoute', ({ method, url }) => console.log(JSON.stringify({ methods: [method].flat(), route: url })))
})
