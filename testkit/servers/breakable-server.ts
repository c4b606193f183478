import type { EmbeddedServer } from '../../embedded/embedded-server.ts'
import { signalTree } from '../processes/process-tree.ts'

/** A server that can be killed, restarted and frozen. It keeps its data. */
export interface BreakableServer {
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly version: string
  /** Kills all its processes with SIGKILL; resolves when it has ended. */
  kill(): Promise<void>
  /** Starts it after it has ended. */
  start(): Promise<void>
  /** Suspends all its processes with SIGSTOP; connections stay open. */
  freeze(): Promise<void>
  unfreeze(): Promise<void>
  stop(): Promise<void>
}

/**
 * @param launch starts the server, on the same port every time if clients are to reconnect; resolves when it accepts
 * clients
 */
export async function startBreakable(launch: () => Promise<EmbeddedServer>): Promise<BreakableServer> {
  let server = await launch()
  const signal = (name: NodeJS.Signals) => signalTree(server.pid, name)
  return {
    get url() {
      return server.url
    },
    get port() {
      return server.port
    },
    get pid() {
      return server.pid
    },
    version: server.version,
    kill: async () => {
      await signal('SIGKILL')
      await server.exited
    },
    start: async () => {
      server = await launch()
    },
    freeze: () => signal('SIGSTOP'),
    unfreeze: () => signal('SIGCONT'),
    stop: async () => {
      await signal('SIGCONT') // a frozen server does not handle SIGTERM
      await server.stop()
    },
  }
}
