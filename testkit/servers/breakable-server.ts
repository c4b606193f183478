import type { EmbeddedServer } from '../../embedded/embedded-server.ts'
import { signalTree } from '../processes/process-tree.ts'

/** A server that can be broken and brought back, on the same port and with the same data. */
export interface BreakableServer {
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly version: string
  /** Kills it and all its processes at once; resolves when it has ended. */
  kill(): Promise<void>
  /** Starts it again after it has ended. */
  start(): Promise<void>
  /** Stops all its processes where they are. */
  freeze(): Promise<void>
  unfreeze(): Promise<void>
  stop(): Promise<void>
}

/** @param launch starts it; resolves when it accepts clients */
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
      await signal('SIGCONT') // one that a failed run has left frozen would not hear
      await server.stop()
    },
  }
}
