import { type AddressInfo, createServer } from 'node:net'

/** Returns why a port cannot be listened on, such as `EADDRINUSE` or `EACCES`; `undefined` if it is free. */
export async function portError(host: string, port: number): Promise<string | undefined> {
  const listened = await tryToListen(host, port)
  return 'error' in listened ? listened.error : undefined
}

/** Returns a port that is free now. Another program may take it first, so the caller should retry. */
export async function freePort(host: string): Promise<number> {
  const listened = await tryToListen(host, 0)
  if ('error' in listened) throw new Error(`cannot listen on ${host}: ${listened.error}`)
  return listened.port
}

function tryToListen(host: string, port: number): Promise<{ port: number } | { error: string }> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve({ error: error.code ?? error.message }))
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address() as AddressInfo // a TCP server that listens has one
      server.close(() => resolve({ port: address.port }))
    })
  })
}
