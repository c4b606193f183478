import { setTimeout as sleep } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { eventually } from '../../../testkit/eventually.ts'
import type { Random } from '../../../testkit/random.ts'
import type { ClusterNode } from '../nats-cluster.ts'
import type { Stack } from '../stack.ts'
import type { Fault } from './fault.ts'

const ISOLATED_MS = 10_000
const RECOVERED_WITHIN_MS = 60_000

/** Kills the leader of the stream, then a follower, then isolates a node from the others but not from its clients. */
export const breakCluster: Fault = {
  name: 'cluster',
  cluster: true,
  inject: async (stack, random, signal) => {
    const nodes = stack.cluster?.nodes ?? []
    const byName = (wanted: string) => nodes.filter(({ name }) => name === wanted)
    const others = (wanted: string) => nodes.filter(({ name }) => name !== wanted)
    await killAndStart(random.pick(byName(await streamLeader(stack, signal))), random, signal)
    await untilReplicated(stack, signal)
    await killAndStart(random.pick(others(await streamLeader(stack, signal))), random, signal)
    await untilReplicated(stack, signal)
    const isolated = random.pick(nodes)
    isolated.isolate(true)
    try {
      await sleep(ISOLATED_MS, undefined, { signal })
    } finally {
      isolated.isolate(false)
    }
    await untilReplicated(stack, signal)
  },
}

async function killAndStart(node: ClusterNode, random: Random, signal: AbortSignal): Promise<void> {
  await node.kill()
  await sleep(random.integer(2_000, 3_000), undefined, { signal })
  await node.start()
}

async function streamLeader(stack: Stack, signal: AbortSignal): Promise<string> {
  return eventually(async () => (await clusterOf(stack))?.leader, {
    timeoutMs: RECOVERED_WITHIN_MS,
    signal,
    otherwise: 'the stream has no leader',
  })
}

/** Waits until every replica of the stream is current. */
async function untilReplicated(stack: Stack, signal: AbortSignal): Promise<void> {
  const isReplicated = async () => {
    const cluster = await clusterOf(stack)
    const replicas = cluster?.replicas ?? []
    return cluster?.leader && replicas.length === 2 && replicas.every(({ current }) => current)
  }
  const otherwise = 'not all replicas of the stream are current'
  await eventually(isReplicated, { timeoutMs: RECOVERED_WITHIN_MS, intervalMs: 100, signal, otherwise })
}

async function clusterOf({ nats, names }: Stack) {
  const manager = await jetstreamManager(nats, { checkAPI: false, timeout: 1_000 })
  const info = await manager.streams.info(names.leadsStream).catch(() => undefined)
  return info?.cluster
}
