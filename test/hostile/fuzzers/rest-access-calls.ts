import type { CaseContext } from '../fuzzer.ts'
import type { Call } from './rest-calls.ts'

/* REST calls of keys, the audit log, sign-in and erasure. */

export const ACCESS_CALLS: readonly ((context: CaseContext) => Call)[] = [
  ({ random, token }) => ({ method: 'POST', path: '/keys', ...random.pick(NEW_KEYS)(token) }),
  ({ random }) => ({ path: '/keys', query: random.pick(['', '?page_size=1', '?page_size=1000']), expected: [200] }),
  ({ target, random }) => ({
    method: 'POST',
    ...random.pick([
      { path: `/keys/${target.keys.revokedId}:revoke`, expected: [200] },
      { path: `/keys/${random.uuid()}:revoke`, expected: [404] },
    ]),
  }),
  ({ target, random }) => ({
    method: 'POST',
    body: { overlap_seconds: 2_592_000 }, // so long that the key stays active
    ...random.pick([
      { path: `/keys/${target.keys.spareId}:rotate`, expected: [200] },
      { path: `/keys/${target.keys.revokedId}:rotate`, expected: [422] },
      { path: `/keys/${random.uuid()}:rotate`, expected: [404] },
    ]),
  }),
  ({ random, token }) => ({
    path: '/audit-events',
    ...random.pick([
      { expected: [200] },
      { query: `?actor=${token()}&page_size=1`, expected: [200] },
      { query: '?action=keys.create&after=2026-01-01T00:00:00Z', expected: [200] },
      { query: '?before=0001-01-01T00:00:00Z', expected: [200] },
      { query: '?actor=%00', expected: [422] },
      { query: `?action=${'x'.repeat(201)}`, expected: [422] },
      { query: '?after=soon', expected: [422] },
    ]),
  }),
  ({ target, random }) => ({
    method: 'DELETE',
    ...random.pick([
      { path: `/leads/${target.seeded.erased}`, expected: [204] },
      { path: `/leads/${random.uuid()}`, expected: [404] },
    ]),
  }),
  ({ random, token }) => ({ method: 'POST', path: '/leads:erase-subject', ...random.pick(SUBJECTS)(token, random) }),
  ({ random }) => ({ path: '/forms/thank-you', query: random.pick(['', '?a=1']), expected: [200] }),
  ({ random, token }) => ({
    service: 'insights',
    // without authentication there is no sign-in, whatever the body is
    permitted: new Set([404]),
    ...random.pick([
      { path: '/auth/session', expected: [200] },
      { path: '/auth/sign-in', query: `?return_to=/${token()}`, expected: [404] },
      { path: '/auth/sign-in', query: `?return_to=https://${token()}.example.com`, expected: [404] },
      { path: '/auth/callback', query: `?code=${token()}&state=${token()}`, expected: [404] },
      { method: 'POST', path: '/auth/sign-in', body: { api_key: `lt_sk_${token()}` }, expected: [404] },
      { method: 'POST', path: '/auth/sign-out', expected: [403] },
      { method: 'POST', path: '/auth/back-channel-logout', expected: [404] },
    ]),
  }),
]

type Body = Pick<Call, 'body' | 'expected'>

const NEW_KEYS: readonly ((token: () => string) => Body)[] = [
  (token) => ({ body: { name: token(), client_id: token(), scopes: ['leads:read'] }, expected: [201] }),
  (token) => ({
    body: { name: '<script>%s {{7*7}}', client_id: token(), scopes: ['leads:write', 'leads:write'] },
    expected: [201],
  }),
  (token) => ({
    body: { kind: 'publishable', name: token(), client_id: token(), origins: [`https://${token()}.example.com`] },
    expected: [201],
  }),
  (token) => ({ body: { kind: 'publishable', name: token(), client_id: token() }, expected: [422] }),
  (token) => ({ body: { kind: 'master', name: token(), client_id: token(), scopes: ['*'] }, expected: [422] }),
  (token) => ({ body: { name: token(), client_id: 'anonymous', scopes: ['leads:read'] }, expected: [422] }),
  (token) => ({ body: { name: `a\n${token()}`, client_id: token(), scopes: ['leads:read'] }, expected: [422] }),
  (token) => ({ body: { name: '\ud800', client_id: token(), scopes: ['leads:read'] }, expected: [422] }),
  (token) => ({
    body: { name: token(), client_id: token(), scopes: ['leads:read'], expires_at: '2020-01-01T00:00:00Z' },
    expected: [422],
  }),
  (token) => ({ body: { name: token(), client_id: token(), scopes: [token()] }, expected: [422] }),
]

/** No lead has these contacts, since another case may have stored it. */
const SUBJECTS: readonly ((token: () => string, random: CaseContext['random']) => Body)[] = [
  (token) => ({ body: { email: `${token()}@erased.example.com` }, expected: [200] }),
  (token) => ({ body: { email: `ﬃ İ ${token()}`, dry_run: true }, expected: [200] }),
  (_token, random) => ({
    body: { phone: `+999 ${random.integer(1e8, 1e9)} ${random.integer(1e8, 1e9)}` },
    expected: [200],
  }),
  (token) => ({ body: { email: `${token()}@example.com`, phone: '+999 1' }, expected: [422] }),
  (token) => ({ body: { email: `${token()}\u0000` }, expected: [422] }),
  (token) => ({ body: { email: `\udc00${token()}` }, expected: [422] }),
  (token) => ({ body: { email: token().repeat(20) }, expected: [422] }),
  () => ({ body: { phone: '٠٠ (0)' }, expected: [422] }),
  () => ({ body: { email: [] }, expected: [422] }),
  () => ({ body: { email: '%', dry_run: 'yes' }, expected: [422] }),
]
