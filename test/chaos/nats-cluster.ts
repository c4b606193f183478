import { mkdir, writeFile } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import type { EmbeddedServer } from '../../embedded/embedded-server.ts'
import { startServerProcess } from '../../embedded/server-process.ts'
import { eventually } from '../../testkit/eventually.ts'
import { nonEphemeralPort } from '../../testkit/ports.ts'
import type { BreakableServer } from '../../testkit/servers/breakable-server.ts'
import { startBreakable } from '../../testkit/servers/breakable-server.ts'
import type { TcpProxy } from '../../testkit/tcp-proxy.ts'
import { startTcpProxy } from '../../testkit/tcp-proxy.ts'

/** A cluster of three nats-servers. Each route between two of them has its own proxy. */
export interface NatsCluster {
  readonly urls: readonly string[]
  readonly nodes: readonly ClusterNode[]
  stop(): Promise<void>
}

export interface ClusterNode extends BreakableServer {
  /** Its server name in the cluster. */
  readonly name: string
  /** While true, blocks its connections to the other nodes, but not to clients. */
  isolate(wanted: boolean): void
}

interface Place {
  readonly name: string
  readonly dir: string
  readonly port: number
  readonly clusterPort: number
}

const HOST = '127.0.0.1'
const FORMED_WITHIN_MS = 30_000

export async function startNatsCluster(bin: string, dir: string): Promise<NatsCluster> {
  const places: Place[] = []
  for (const name of ['n1', 'n2', 'n3']) {
    places.push({ name, dir: join(dir, name), port: await nonEphemeralPort(), clusterPort: await nonEphemeralPort() })
  }
  const links = await Promise.all(places.flatMap((from) => places.filter((to) => to !== from).map(linkTo(from))))
  const nodes: ClusterNode[] = []
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()))
    await Promise.all(links.map(({ proxy }) => proxy.close()))
  }
  try {
    for (const place of places) {
      const routes = links.filter(({ from }) => from === place).map(({ proxy }) => proxy.port)
      const server = await startBreakable(() => startNode(bin, place, routes))
      const ends = links.filter(({ from, to }) => from === place || to === place)
      const isolate = (wanted: boolean) => ends.forEach(({ proxy }) => void proxy.block(wanted))
      nodes.push(Object.assign(server, { name: place.name, isolate }))
    }
    const urls = nodes.map(({ url }) => url)
    await untilFormed(urls)
    return { urls, nodes, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function linkTo(from: Place): (to: Place) => Promise<{ from: Place; to: Place; proxy: TcpProxy }> {
  return async (to) => ({ from, to, proxy: await startTcpProxy(`nats-route://${HOST}:${to.clusterPort}`) })
}

async function startNode(bin: string, place: Place, routes: number[]): Promise<EmbeddedServer> {
  const config = join(place.dir, 'nats-server.conf')
  await mkdir(place.dir, { recursive: true })
  await writeFile(
    config,
    `
server_name: ${place.name}
listen: "${HOST}:${place.port}"
jetstream { store_dir: "${place.dir}" }
cluster {
  name: chaos
  listen: "${HOST}:${place.clusterPort}"
  # nothing listens there, so that the nodes cannot bypass the proxies
  advertise: "${HOST}:1"
  routes: [${routes.map((port) => `"nats-route://${HOST}:${port}"`).join(', ')}]
}
`,
  )
  const server = await startServerProcess({
    name: `nats-server ${place.name}`,
    command: bin,
    args: ['--config', config],
    logFile: join(place.dir, 'nats-server.log'),
    ready: () => accepts(place.port),
    readyTimeoutMs: 20_000,
    stopSteps: [
      { signal: 'SIGTERM', graceMs: 10_000 },
      { signal: 'SIGKILL', graceMs: 2_000 },
    ],
    atExit: 'SIGKILL',
  })
  return { ...server, url: `nats://${HOST}:${place.port}`, port: place.port, version: 'same as the single server' }
}

function accepts(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connectTcp({ host: HOST, port, timeout: 1_000 })
    socket.on('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('timeout', () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(undefined))
  })
}

/** Waits for the JetStream API, which responds once the nodes have elected a leader. */
async function untilFormed(urls: readonly string[]): Promise<void> {
  const nats = await connect({ servers: [...urls] })
  try {
    const manager = await jetstreamManager(nats, { checkAPI: false, timeout: 1_000 })
    await eventually(() => manager.getAccountInfo(), {
      timeoutMs: FORMED_WITHIN_MS,
      otherwise: 'the NATS cluster has not elected a leader',
    })
  } finally {
    await nats.close()
  }
}
