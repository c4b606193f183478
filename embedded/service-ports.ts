import { portError } from './ports.ts'
import { SERVICES, type Settings } from './settings.ts'
import { StartError } from './start-error.ts'

/** Throws a `StartError` that lists every port that the services cannot use, and how to choose another. */
export async function assertServicePortsFree({ host, ports }: Settings): Promise<void> {
  const checks = SERVICES.map(async ({ name, portVariable }) => {
    const error = await portError(host, ports[name])
    return error ? [{ name, portVariable, port: ports[name], error }] : []
  })
  const blocked = (await Promise.all(checks)).flat()
  if (blocked.length === 0) return

  if (blocked.some(({ error }) => error === 'EADDRNOTAVAIL' || error === 'ENOTFOUND')) {
    throw new StartError(
      `HOST=${host} is not an address of this machine. Use for example HOST=127.0.0.1 or HOST=0.0.0.0.`,
    )
  }
  const reasons = blocked.map(({ name, port, error }) => `  ${name}: port ${port} on ${host} ${describe(error)}`)
  const example = blocked.map(({ portVariable, port }) => `${portVariable}=${port + (port < 1024 ? 8000 : 100)}`)
  const heading = blocked.length === 1 ? 'A port is not available:' : 'Some ports are not available:'
  throw new StartError(
    [heading, ...reasons, `Choose other ports, for example: ${example.join(' ')} npm start`].join('\n'),
  )
}

function describe(error: string): string {
  if (error === 'EADDRINUSE') return 'is in use by another program'
  if (error === 'EACCES') return 'requires more privileges (EACCES)'
  return `cannot be used (${error})`
}
