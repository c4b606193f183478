import type { Random } from '../../../testkit/random.ts'
import type { CaseContext } from '../fuzzer.ts'

/** Returns a header that must not change the outcome of a request, with a secret or malicious value. */
export function hostileHeader(context: CaseContext, random: Random): [name: string, value: string] {
  const token = context.token()
  return random.pick<[string, string]>([
    ['authorization', `Bearer ${token}`],
    ['authorization', `Basic ${Buffer.from(`user:${token}`).toString('base64')} ${token}`],
    ['cookie', `session=${token}; a=b; ${token}`],
    ['x-api-key', token],
    [`x-${token}`, token],
    ['user-agent', `Mozilla/5.0 (${token}) \${jndi:ldap://x}`],
    ['referer', `https://example.com/?email=${token}@example.com`],
    ['x-forwarded-for', `127.0.0.1, ${token}`],
    ['x-forwarded-host', `${token}.example.com`],
    ['forwarded', `for="[::1]";host=${token}`],
    ['x-http-method-override', 'DELETE'],
    ['accept', `application/${token}, */*;q=0`],
    ['accept-encoding', 'gzip;q=0, identity;q=0'],
    ['accept-language', `${'de,'.repeat(200)}${token}`],
    ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
    ['traceparent', `00-${token}-zz-ff`],
    ['traceparent', `ff-${'0'.repeat(32)}-${'0'.repeat(16)}-00`],
    ['tracestate', `${token}=1,`.repeat(20)],
    ['x-request-id', `${'r'.repeat(random.pick([1, 64, 300]))}`],
    ['x-request-id', '{"level":60} \x09 ; drop'],
    ['prefer', `wait=1; ${token}, respond-async`],
    ['grpc-timeout', `1${random.pick(['S', 'x', '', 'H'])}`],
    ['connect-timeout-ms', random.pick(['-1', 'abc', '99999999999999999999'])],
    ['te', 'trailers'],
    ['x-latin1', `\xe9\xff${token}`],
    ['range', 'bytes=0-0,-1'],
    ['if-none-match', `"${token}"`],
    ['origin', `https://${token}.example.com`],
    ['x-long', `${token}${'y'.repeat(6_000)}`],
  ])
}
