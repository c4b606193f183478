import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../../testkit/random.ts'
import type { TcpProxy } from '../../../testkit/tcp-proxy.ts'
import type { Stack } from '../stack.ts'
import type { Fault } from './fault.ts'

type NetworkFault = (proxy: TcpProxy, random: Random, signal: AbortSignal) => Promise<void>

/** Injects a fault several times at random intervals. */
const repeatedly =
  (act: (proxy: TcpProxy, random: Random) => void): NetworkFault =>
  async (proxy, random, signal) => {
    for (let round = 0; round < 5; round += 1) {
      act(proxy, random)
      await sleep(random.integer(200, 2_000), undefined, { signal })
    }
  }

const DELAY_MS = 200
const DELAYED_FOR_MS = 8_000

const delayed: NetworkFault = async (proxy, _random, signal) => {
  proxy.delay(DELAY_MS)
  try {
    await sleep(DELAYED_FOR_MS, undefined, { signal })
  } finally {
    proxy.delay(0)
  }
}

const NETWORK_FAULTS: Record<string, NetworkFault> = {
  cut: repeatedly((proxy) => proxy.reset()),
  delay: delayed,
  'half-close': repeatedly((proxy, random) => proxy.halfClose(random.pick(['to-server', 'to-client'] as const))),
}

const PROXIES: Record<string, (stack: Stack) => TcpProxy> = {
  nats: ({ proxies }) => required(proxies?.nats),
  postgres: ({ proxies }) => required(proxies?.postgres),
}

function required(proxy: TcpProxy | undefined): TcpProxy {
  if (proxy === undefined) throw new Error('the stack has no proxies')
  return proxy
}

/** Each network fault, between the services and each server. */
export const badNetworks: readonly Fault[] = Object.entries(PROXIES).flatMap(([server, proxyOf]) =>
  Object.entries(NETWORK_FAULTS).map(([how, act]) => ({
    name: `${how}-${server}`,
    proxied: true as const,
    inject: (stack: Stack, random: Random, signal: AbortSignal) => act(proxyOf(stack), random, signal),
  })),
)
