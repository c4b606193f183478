import type { FastifyInstance } from 'fastify'

/** The methods of a path, in alphabetical order, and OPTIONS, which each path has; none when there is no such path. */
export type AllowedMethods = (path: string) => string[]

/**
 * Keeps a list of every route: Fastify's router knows which method a path has, and not which others it has.
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

/** A route as a pattern; `:name` is one part, `::` the router's way to write a colon, `*` the rest. */
function patternOf(url: string): RegExp {
  const source = url
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/::|:\w+|\*/g, (token) => (token === '::' ? ':' : token === '*' ? '.*' : '[^/]+'))
  return new RegExp(`^${source.replace(/\/$/, '')}/?$`)
}
