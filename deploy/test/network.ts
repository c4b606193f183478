import { BlockList } from 'node:net'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import type { Outsider } from './arrows.ts'
import { OUTSIDERS } from './arrows.ts'
import type { Manifest } from './manifests.ts'
import { ofKind, selects, workloadsOf } from './manifests.ts'

/** One end of a connection. */
interface Party extends Outsider {
  /** Whether its pods are in our namespace, so that our policies apply to them. */
  readonly isOurs: boolean
  /** Numbers of named ports. */
  readonly portNames: Readonly<Record<string, string>>
}

type Spec = INetworkPolicy['spec']
type Rule = NonNullable<NonNullable<Spec>['egress']>[number] & NonNullable<NonNullable<Spec>['ingress']>[number]
type Peer = NonNullable<Rule['to']>[number]
type Direction = 'ingress' | 'egress'

/** Stands for whatever else may listen in a pod: a list of ports in a manifest closes none. */
const UNDECLARED_PORT = '9/TCP'

/** What the policies let through. */
export interface Network {
  /** Pods of ours, by name. */
  readonly pods: readonly string[]
  /** `from -> to port`, for every pair of which one is ours. */
  readonly open: readonly string[]
  /** Parts of policies that no open arrow needs. */
  readonly useless: readonly string[]
}

/** Works out what the network policies let through, as a cluster would. */
export function readNetwork(manifests: readonly Manifest[]): Network {
  const namespace = manifests.find(({ kind }) => kind === 'Namespace')?.metadata
  const ourNamespace = { 'kubernetes.io/metadata.name': namespace?.name ?? '', ...namespace?.labels }
  const ours = podsOf(manifests).map((pod) => ({ ...pod, pod: { namespace: ourNamespace, labels: pod.labels } }))
  const parties: Party[] = [...ours, ...OUTSIDERS.map((one) => ({ ...one, isOurs: false, portNames: {} }))]
  const policies = ofKind<INetworkPolicy>(manifests, 'NetworkPolicy')
  const used = new Set<string>()
  const open: string[] = []

  /** The parts that let `to:port` be reached from `from`, in one direction; true when nobody forbids. */
  const letThrough = (direction: Direction, from: Party, to: Party, port: string): string[] | true => {
    const [subject, other] = direction === 'ingress' ? [to, from] : [from, to]
    if (!subject.isOurs) return true
    const applying = policies.filter(
      ({ spec }) =>
        spec?.policyTypes?.includes(direction === 'ingress' ? 'Ingress' : 'Egress') &&
        selects(spec.podSelector ?? {}, subject.pod?.labels ?? {}),
    )
    if (applying.length === 0) return true
    return applying.flatMap((policy) =>
      partsOf(policy, direction).flatMap(({ name, peer, port: allowed }) =>
        matchesPeer(peer, other, ourNamespace) && (allowed === undefined || matchesPort(allowed, to, port)) ? name : [],
      ),
    )
  }

  for (const from of parties) {
    for (const to of parties.filter((party) => party.isOurs || from.isOurs)) {
      for (const port of to.ports) {
        const ways = [letThrough('egress', from, to, port), letThrough('ingress', from, to, port)]
        if (ways.some((way) => way !== true && way.length === 0)) continue
        open.push(`${from.name} -> ${to.name} ${port}`)
        for (const part of ways.flatMap((way) => (way === true ? [] : way))) used.add(part)
      }
    }
  }
  const parts = policies.flatMap((policy) =>
    (['ingress', 'egress'] as const).flatMap((direction) => partsOf(policy, direction).map(({ name }) => name)),
  )
  return { pods: ours.map(({ name }) => name), open, useless: parts.filter((part) => !used.has(part)) }
}

function podsOf(manifests: readonly Manifest[]) {
  const workloads = workloadsOf(manifests).map(({ name, labels, pod }) => {
    const ports = pod.containers.flatMap((container) => container.ports ?? [])
    const numberOf = (port: (typeof ports)[number]) => `${port.containerPort}/${port.protocol ?? 'TCP'}`
    const portNames = Object.fromEntries(ports.map((port) => [port.name ?? '', String(port.containerPort)]))
    return { name, labels, ports: [...ports.map(numberOf), UNDECLARED_PORT], portNames, isOurs: true }
  })
  // the operator makes these pods: PostgreSQL, and the port where an instance tells its state
  const clusters = manifests.filter(({ kind }) => kind === 'Cluster')
  const instances = clusters.map(({ metadata: { name } }) => {
    const labels = { 'cnpg.io/cluster': name }
    return { name, labels, ports: ['5432/TCP', '8000/TCP', UNDECLARED_PORT], portNames: {}, isOurs: true }
  })
  return [...workloads, ...instances]
}

/** A rule allows each of its peers on each of its ports; without peers everybody, without ports every one. */
function partsOf(policy: INetworkPolicy & Pick<Manifest, 'metadata'>, direction: Direction) {
  const rules: Rule[] = policy.spec?.[direction] ?? []
  return rules.flatMap((rule, index) => {
    const peers: (Peer | undefined)[] = (direction === 'ingress' ? rule.from : rule.to) ?? [undefined]
    const ports = rule.ports ?? [undefined]
    return peers.flatMap((peer, peerIndex) =>
      ports.map((port) => {
        const portName = port === undefined ? 'every port' : `port ${port.port}/${port.protocol ?? 'TCP'}`
        return {
          name: `${policy.metadata.name}: ${direction} ${index + 1}, peer ${peerIndex + 1}, ${portName}`,
          peer,
          port,
        }
      }),
    )
  })
}

function matchesPeer(peer: Peer | undefined, party: Party, ourNamespace: Readonly<Record<string, string>>): boolean {
  if (peer === undefined) return true
  if (party.pod === undefined) return party.address !== undefined && isInBlock(party.address, peer.ipBlock)
  if (peer.ipBlock !== undefined) return false // a pod is told by its labels: its address is nobody's business
  const { namespaceSelector, podSelector } = peer
  const namespaceMatches =
    namespaceSelector === undefined
      ? party.pod.namespace === ourNamespace
      : selects(namespaceSelector, party.pod.namespace)
  return namespaceMatches && selects(podSelector ?? {}, party.pod.labels)
}

function isInBlock(address: string, block: Peer['ipBlock']): boolean {
  if (block === undefined) return false
  const isIn = (cidr: string) => {
    const [network = '', bits = '32'] = cidr.split('/')
    const list = new BlockList()
    list.addSubnet(network, Number(bits))
    return list.check(address)
  }
  return isIn(block.cidr) && !(block.except ?? []).some(isIn)
}

function matchesPort(allowed: NonNullable<Rule['ports']>[number], to: Party, port: string): boolean {
  const number = to.portNames[String(allowed.port)] ?? String(allowed.port)
  return `${number}/${allowed.protocol ?? 'TCP'}` === port
}
