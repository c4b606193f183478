import { type AddressInfo, createServer } from 'node:net'

/** Why nobody can listen on this port now: `EADDRINUSE`, `EACCES`, …; `undefined` when it is free. */
export async function portFault(host: string, port: number): Promise<string | undefined> {
  const listened = await tryToListen(host, port)
  return 'fault' in listened ? listened.fault : undefined
}

/** A port that was free a moment ago. Another program may take it first: be ready to try again. */
export async function freePort(host: string): Promise<number> {
  const listened = await tryToListen(host, 0)
  if ('fault' in listened) throw new Error(`cannot listen on ${host}: ${listened.fault}`)
  return listened.port
}

function tryToListen(host: string, port: number): Promise<{ port: number } | { fault: string }> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve({ fault: error.code ?? error.message }))
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address() as AddressInfo // a TCP server that listens has one
      server.close(() => resolve({ port: address.port }))
    })
  })
}
