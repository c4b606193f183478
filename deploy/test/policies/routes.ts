import type { IBackendTLSPolicy } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/BackendTLSPolicy'
import type { IGateway } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/Gateway'
import type { IGRPCRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/GRPCRoute'
import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute'
import type { IService } from 'kubernetes-models/v1/Service'
import { InsightsService } from '../../../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { IntakeService } from '../../../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { TriageService } from '../../../gen/leadtriage/triage/v1/triage_service_pb.ts'
import { type Manifest, ofKind, type PolicyCheck } from '../manifests.ts'

const SERVICES = [IntakeService, TriageService, InsightsService]

/** Routes have an existing listener, a backend port with their protocol, and methods of the contract. */
export const routes: PolicyCheck = (manifests) => [
  ...ofKind<IHTTPRoute>(manifests, 'HTTPRoute').flatMap((route) => [
    ...listenerFaults(manifests, route),
    ...(route.spec.rules ?? []).flatMap(({ backendRefs = [], matches = [] }) => [
      ...backendRefs.flatMap((backend) => backendFaults(manifests, route, backend, 'http')),
      ...matches.flatMap(({ path: { value = '/' } = {} }) => rpcFaults(route, value)),
    ]),
  ]),
  ...ofKind<IGRPCRoute>(manifests, 'GRPCRoute').flatMap((route) => [
    ...listenerFaults(manifests, route),
    ...(route.spec.rules ?? []).flatMap(({ backendRefs = [], matches = [] }) => [
      ...backendRefs.flatMap((backend) => backendFaults(manifests, route, backend, 'kubernetes.io/h2c')),
      ...matches.flatMap(({ method: { service = '', method } = {} }) =>
        rpcFaults(route, `/${service}${method === undefined ? '' : `/${method}`}`),
      ),
    ]),
  ]),
  ...sharedHosts(manifests),
]

type Route = (IHTTPRoute | IGRPCRoute) & Pick<Manifest, 'kind' | 'metadata'>

function listenersOf(manifests: readonly Manifest[], { spec: { parentRefs = [] } }: Route) {
  return parentRefs.map(({ name, sectionName }) =>
    ofKind<IGateway>(manifests, 'Gateway')
      .find(({ metadata }) => metadata.name === name)
      ?.spec.listeners.find((listener) => listener.name === sectionName),
  )
}

function listenerFaults(manifests: readonly Manifest[], route: Route): string[] {
  const listeners = listenersOf(manifests, route)
  if (listeners.length > 0 && listeners.every((listener) => listener !== undefined)) return []
  return [`${route.kind} ${route.metadata.name} refers to no existing listener`]
}

function backendFaults(
  manifests: readonly Manifest[],
  { kind, metadata }: Route,
  backend: { name: string; port?: number },
  appProtocol: string,
): string[] {
  const service = ofKind<IService>(manifests, 'Service').find((one) => one.metadata.name === backend.name)
  const port = service?.spec?.ports?.find((one) => one.port === backend.port)
  const expected = isEncrypted(manifests, backend.name) ? 'https' : appProtocol
  if (port?.appProtocol === expected) return []
  return [`${kind} ${metadata.name}: ${backend.name}:${backend.port} has no appProtocol ${expected}`]
}

/** Whether a gateway connects to a Service over TLS. */
function isEncrypted(manifests: readonly Manifest[], service: string): boolean {
  return ofKind<IBackendTLSPolicy>(manifests, 'BackendTLSPolicy').some(({ spec }) =>
    spec.targetRefs.some(({ kind, name }) => kind === 'Service' && name === service),
  )
}

/** Checks a path with a service and optionally a method. */
function rpcFaults({ kind, metadata }: Route, path: string): string[] {
  if (!path.startsWith('/leadtriage.'))
    return kind === 'GRPCRoute' ? [`GRPCRoute ${metadata.name} has the path ${path}`] : []
  const [, typeName, method] = path.split('/')
  const service = SERVICES.find((one) => one.typeName === typeName)
  const exists = service !== undefined && (!method || service.methods.some(({ name }) => name === method))
  return exists ? [] : [`${kind} ${metadata.name}: the contract has no ${path}`]
}

/** The Gateway API requires implementations to reject an HTTPRoute or a GRPCRoute when both have the same hostname. */
function sharedHosts(manifests: readonly Manifest[]): string[] {
  const hostsOf = (kind: string) =>
    ofKind<IHTTPRoute | IGRPCRoute>(manifests, kind).flatMap((route) =>
      listenersOf(manifests, route).map((listener) => listener?.hostname ?? '*'),
    )
  const ofHttp = new Set(hostsOf('HTTPRoute'))
  const shared = new Set(hostsOf('GRPCRoute').filter((host) => ofHttp.has(host)))
  return [...shared].map((host) => `${host} has both HTTPRoutes and GRPCRoutes`)
}
