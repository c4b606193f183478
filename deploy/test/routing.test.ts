import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute'
import { describe, expect, test } from 'vitest'
import type { Scope } from '../../lib/auth/scopes.ts'
import { ROUTES, RPC_METHODS } from '../../test/access-matrix.ts'
import { ofKind, parseManifests } from './manifests.ts'
import { readSnapshots } from './snapshots.ts'

/*
 * Where the gateway of the production overlay sends HTTP requests. Between two routes that match a path, gateways choose
 * differently if one of them is a regular expression, so there must be no such path.
 */

const routes = ofKind<IHTTPRoute>(parseManifests(readSnapshots().production ?? ''), 'HTTPRoute')
const matches = routes.flatMap(({ spec }) =>
  (spec.rules ?? []).flatMap(({ matches: all = [], backendRefs = [], filters = [], timeouts }) =>
    all.map(({ path }) => ({
      type: path?.type,
      value: path?.value ?? '',
      service: backendRefs[0]?.name,
      rewrite: filters[0]?.urlRewrite?.path,
      timeout: timeouts?.request,
    })),
  ),
)

/** The matches of a path, the one that takes precedence first. */
function matchesOf(path: string) {
  const accepts = ({ type, value }: (typeof matches)[number]) => {
    if (type === 'Exact') return path === value
    if (type === 'RegularExpression') return new RegExp(`^(?:${value})$`).test(path)
    return path === value || path.startsWith(`${value.replace(/\/$/, '')}/`)
  }
  const rank = ({ type, value }: (typeof matches)[number]) => (type === 'Exact' ? 10_000 : value.length)
  return matches.filter(accepts).sort((a, b) => rank(b) - rank(a))
}

/** The service that gets a path, and the path that it gets. */
function destinationOf(path: string): string | undefined {
  const [match] = matchesOf(path)
  if (match === undefined) return undefined
  const { service, value, rewrite } = match
  if (rewrite === undefined) return `${service} ${path}`
  return `${service} ${rewrite.replaceFullPath ?? `${rewrite.replacePrefixMatch}${path.slice(value.length)}`}`
}

const ID = '0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a11'
const INTAKE = 'leadtriage.intake.v1.IntakeService'

describe('a path of the host', () => {
  test.each([
    ...['/leads', '/leads/', `/leads/${ID}`, `/leads/${ID}/`, '/leads:import'],
    ...['/forms/lt_pk_0', '/forms/thank-you', '/docs', '/docs/', '/docs/static/index.html', '/openapi.json'],
    ...['CreateLead', 'BatchCreateLeads', 'GetLead'].map((method) => `/${INTAKE}/${method}`),
  ])('%s is of intake', (path) => {
    expect(destinationOf(path)).toBe(`intake ${path}`)
  })

  test.each([
    ...[`/leads/${ID}/insight`, `/leads/${ID}/insight/`, '/leadtriage.insights.v1.InsightsService/GetInsight'],
    ...['session', 'sign-in', 'callback', 'sign-out', 'back-channel-logout'].map((route) => `/auth/${route}`),
  ])('%s is of insights', (path) => {
    expect(destinationOf(path)).toBe(`insights ${path}`)
  })

  test.each([
    ['/insights/docs/', '/docs/'],
    ['/insights/docs/static/index.html', '/docs/static/index.html'],
    ['/insights/openapi.json', '/openapi.json'],
  ])('%s is %s of insights', (path, own) => {
    expect(destinationOf(path)).toBe(`insights ${own}`)
  })

  test.each([
    ...['/metrics', '/healthz', '/readyz', '/insights/metrics', '/insights/readyz', '/'],
    ...['/keys', `/keys/${ID}:revoke`, '/audit-events', '/leads:retriage', '/leads:erase-subject'],
    ...['/queue', '/dead-letters', `/dead-letters/${ID}`, '/dead-letters:redrive'],
    ...['DeleteLead', 'EraseSubject', 'RetriageLeads'].map((method) => `/${INTAKE}/${method}`),
    ...['/leadtriage.access.v1.AccessService/CreateKey', '/leadtriage.triage.v1.TriageService/GetQueue'],
  ])('%s is not exposed', (path) => {
    expect(destinationOf(path)).toBeUndefined()
  })
})

describe('a method for callers outside the cluster has a route, and one for operators has none:', () => {
  const EXPOSED: readonly Scope[] = ['leads:write', 'leads:read', 'insights:read', 'insights:write']
  const SHARED = 'DELETE /leads/{lead_id}' // has the path of GetLead
  const calls = (['intake', 'triage', 'insights'] as const).flatMap((service) => [
    ...Object.entries(ROUTES[service]).map(([route, scope]) => ({ service, route, scope })),
    ...Object.entries(RPC_METHODS[service]).map(([method, scope]) => ({ service, route: `POST /${method}`, scope })),
  ])

  test.each(calls.filter(({ route }) => route !== SHARED))(
    '$route of $service ($scope)',
    ({ service, route, scope }) => {
      const path = route.replace(/^\w+ /, '').replaceAll(/\{\w+\}/g, ID)
      expect(destinationOf(path)).toBe(EXPOSED.includes(scope) ? `${service} ${path}` : undefined)
    },
  )
})

test('no path has a regular expression and another match', () => {
  const samples = [
    '/leads',
    '/leads/',
    `/leads/${ID}`,
    `/leads/${ID}/insight`,
    '/leads/docs',
    '/leads/a/b',
    '/leads/auth/',
  ]
  for (const path of samples) {
    const found = matchesOf(path)
    if (found.some(({ type }) => type === 'RegularExpression')) expect(found, path).toHaveLength(1)
  }
})

test('an import may take as long as it likes, and a call that waits for an insight more than a minute', () => {
  expect(matchesOf('/leads:import')[0]?.timeout).toBe('0s')
  expect(matchesOf(`/leads/${ID}/insight`)[0]?.timeout).toBe('70s')
})

test('a stream may last for ever', () => {
  const methods = ['WatchInsights', 'ExportInsights'].map((name) => `/leadtriage.insights.v1.InsightsService/${name}`)
  for (const path of ['/insights/stream', '/insights:export', ...methods]) {
    expect(matchesOf(path)[0]?.timeout, path).toBe('0s')
  }
})

test('intake and insights share a listener, because the cookie of a session belongs to one origin', () => {
  const listeners = routes.map(({ spec }) => spec.parentRefs?.map(({ sectionName }) => sectionName))
  expect(new Set(listeners.flat())).toEqual(new Set(['https']))
})
