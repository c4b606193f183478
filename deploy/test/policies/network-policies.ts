import { BlockList } from 'node:net'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { type Manifest, ofKind, type PolicyCheck, selects, workloadsOf } from '../manifests.ts'
import { OUTSIDERS, type Outsider, requiredConnections } from './connections.ts'

/** One end of a connection. */
interface Party extends Outsider {
  /** Whether it is in the namespace of the installation, so that the policies apply to it. */
  readonly isInternal: boolean
  /** Port numbers by name. */
  readonly portNames: Readonly<Record<string, string>>
}

type Spec = INetworkPolicy['spec']
type Rule = NonNullable<NonNullable<Spec>['egress']>[number] & NonNullable<NonNullable<Spec>['ingress']>[number]
type Peer = NonNullable<Rule['to']>[number]
type Direction = 'ingress' | 'egress'

/** Represents any other listener in a pod: Kubernetes does not block ports that a manifest does not declare. */
const UNDECLARED_PORT = '9/TCP'

/** The connections that the policies allow. */
interface Network {
  /** Names of the pods of the installation. */
  readonly pods: readonly string[]
  /** `from -> to port`, for every pair with a pod of the installation. */
  readonly open: readonly string[]
  /** Parts of policies that no open connection uses. */
  readonly unused: readonly string[]
}

/** The network policies allow the required connections and no others, and have no unused parts. */
export const networkPolicies: PolicyCheck = (manifests) => {
  const { pods, open, unused } = readNetwork(manifests)
  const required = requiredConnections(manifests, pods)
  return [
    ...required.filter((one) => !open.includes(one)).map((one) => `the policies block ${one}`),
    ...open.filter((one) => !required.includes(one)).map((one) => `the policies allow ${one}`),
    ...unused.map((part) => `no required connection uses ${part}`),
  ]
}

/** Evaluates the network policies like a cluster. */
function readNetwork(manifests: readonly Manifest[]): Network {
  const namespace = manifests.find(({ kind }) => kind === 'Namespace')?.metadata
  const ownNamespace = { 'kubernetes.io/metadata.name': namespace?.name ?? '', ...namespace?.labels }
  const internal = podsOf(manifests).map((pod) => ({ ...pod, pod: { namespace: ownNamespace, labels: pod.labels } }))
  const parties: Party[] = [...internal, ...OUTSIDERS.map((one) => ({ ...one, isInternal: false, portNames: {} }))]
  const policies = ofKind<INetworkPolicy>(manifests, 'NetworkPolicy')
  const used = new Set<string>()
  const open: string[] = []

  /** Returns the parts that allow the connection, in one direction; true when no policy applies. */
  const allowedBy = (direction: Direction, from: Party, to: Party, port: string): string[] | true => {
    const [subject, other] = direction === 'ingress' ? [to, from] : [from, to]
    if (!subject.isInternal) return true
    const applying = policies.filter(
      ({ spec }) =>
        spec?.policyTypes?.includes(direction === 'ingress' ? 'Ingress' : 'Egress') &&
        selects(spec.podSelector ?? {}, subject.pod?.labels ?? {}),
    )
    if (applying.length === 0) return true
    return applying.flatMap((policy) =>
      partsOf(policy, direction).flatMap(({ name, peer, port: allowed }) =>
        matchesPeer(peer, other, ownNamespace) && (allowed === undefined || matchesPort(allowed, to, port)) ? name : [],
      ),
    )
  }

  for (const from of parties) {
    for (const to of parties.filter((party) => party.isInternal || from.isInternal)) {
      for (const port of to.ports) {
        const results = [allowedBy('egress', from, to, port), allowedBy('ingress', from, to, port)]
        if (results.some((parts) => parts !== true && parts.length === 0)) continue
        open.push(`${from.name} -> ${to.name} ${port}`)
        for (const part of results.flatMap((parts) => (parts === true ? [] : parts))) used.add(part)
      }
    }
  }
  const parts = policies.flatMap((policy) =>
    (['ingress', 'egress'] as const).flatMap((direction) => partsOf(policy, direction).map(({ name }) => name)),
  )
  return { pods: internal.map(({ name }) => name), open, unused: parts.filter((part) => !used.has(part)) }
}

function podsOf(manifests: readonly Manifest[]) {
  const workloads = workloadsOf(manifests).map(({ name, labels, pod }) => {
    const ports = pod.containers.flatMap((container) => container.ports ?? [])
    const numberOf = (port: (typeof ports)[number]) => `${port.containerPort}/${port.protocol ?? 'TCP'}`
    const portNames = Object.fromEntries(ports.map((port) => [port.name ?? '', String(port.containerPort)]))
    return { name, labels, ports: [...ports.map(numberOf), UNDECLARED_PORT], portNames, isInternal: true }
  })
  // the operator creates these pods, with the port of PostgreSQL and a status port
  const clusters = manifests.filter(({ kind }) => kind === 'Cluster')
  const instances = clusters.map(({ metadata: { name } }) => {
    const labels = { 'cnpg.io/cluster': name }
    return { name, labels, ports: ['5432/TCP', '8000/TCP', UNDECLARED_PORT], portNames: {}, isInternal: true }
  })
  return [...workloads, ...instances]
}

/** A rule allows each of its peers on each of its ports. Without peers it allows everyone, without ports every port. */
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

function matchesPeer(peer: Peer | undefined, party: Party, ownNamespace: Readonly<Record<string, string>>): boolean {
  if (peer === undefined) return true
  if (party.pod === undefined) return party.address !== undefined && isInBlock(party.address, peer.ipBlock)
  if (peer.ipBlock !== undefined) return false // pods are matched by labels, because their addresses are not fixed
  const { namespaceSelector, podSelector } = peer
  const namespaceMatches =
    namespaceSelector === undefined
      ? party.pod.namespace === ownNamespace
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
