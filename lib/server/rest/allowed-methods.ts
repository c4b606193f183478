import type { FastifyInstance } from 'fastify'

/** Returns the methods of a path in alphabetical order, including OPTIONS. Empty if the path does not exist. */
export type AllowedMethods = (path: string) => string[]

/**
 * Records every route, because Fastify's router can look up one method of a path but cannot list all of them.
 * Must be called before routes are added.
 */
export function listAllowedMethods(app: FastifyInstance): AllowedMethods {
  const routes = new Map<string, { pattern: RegExp; methods: Set<string> }>()
  app.addHook('onRoute', ({ url, method }) => {
    const route = routes.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() }
    routes.set(url, route)
    for (const name of [method].flat()) route.methods.add(name)
  })
  return (path) => {
    const matching = [...routes.values()].filter(({ pattern }) => pattern.test(path))
    const methods = matching.flatMap(({ methods }) => [...methods])
    return methods.length === 0 ? [] : [...new Set([...methods, 'OPTIONS'])].sort()
  }
}

/**
 * Compiles a route to a pattern: `:name` matches one segment, `:name([^:/]+)` the part of it before a colon, `::` a
 * literal colon, `*` the rest.
 */
function patternOf(url: string): RegExp {
  const source = url
    .replaceAll('([^:/]+)', '')
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/::|:\w+|\*/g, (token) => (token === '::' ? ':' : token === '*' ? '.*' : '[^/]+'))
  return new RegExp(`^${source.replace(/\/$/, '')}/?$`)
}
