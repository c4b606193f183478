/** The settings with which a service prints its routes. */
export const PRINT_ROUTES = { NODE_OPTIONS: `--import ${new URL('print-routes.ts', import.meta.url).href}` }

/**
 * Returns the routes in the output of a service that was started with {@link PRINT_ROUTES}, as in the OpenAPI document,
 * for example `POST /keys/{key_id}:revoke`. A path that takes any method is listed as `* /path`. The HEAD of a GET is
 * not listed.
 */
export function registeredRoutes(output: string): string[] {
  const lines = output.split('\n').filter((line) => line.startsWith('{"methods":'))
  const routes = lines.flatMap((line) => {
    const { methods, route } = JSON.parse(line) as { methods: string[]; route: string }
    const path = route.replaceAll(/(?<!:):(\w+)(\([^)]*\))?/g, '{$1}').replaceAll('::', ':')
    return methods.includes('TRACE') ? [`* ${path}`] : methods.map((method) => `${method} ${path}`)
  })
  const listed = new Set(routes)
  return [...listed].filter((route) => !listed.has(route.replace(/^HEAD /, 'GET ')) || !route.startsWith('HEAD '))
}
