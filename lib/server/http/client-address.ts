import { isIP } from 'node:net'
import proxyAddr from '@fastify/proxy-addr'

/**
 * Returns the address of the client of a call. It is the address of the connection; if that is a trusted proxy, it is
 * the right-most address in `X-Forwarded-For` that is not. A client can put anything into that header, but a proxy
 * appends the address that it sees, so only what stands left of an untrusted address may be forged.
 *
 * @param connection the address of the connection; undefined if it is closed
 * @param forwardedFor the header `X-Forwarded-For`, its repetitions joined by commas
 */
export type ClientAddress = (connection: string | undefined, forwardedFor: string | undefined) => string

/**
 * @param trustedProxies addresses and CIDR blocks
 * @param onIgnored called for every call whose header is ignored, because the connection is not from a trusted proxy
 */
export function createClientAddress(trustedProxies: readonly string[], onIgnored: () => void): ClientAddress {
  const isTrusted = trustedProxies.length === 0 ? () => false : proxyAddr.compile([...trustedProxies])
  return (connection, forwardedFor) => {
    let address = withoutMapping(connection ?? UNKNOWN)
    if (forwardedFor === undefined) return address
    if (!isTrusted(address, 0)) {
      onIgnored()
      return address
    }
    let end = forwardedFor.length
    while (end > 0 && isTrusted(address, 0)) {
      const start = forwardedFor.lastIndexOf(',', end - 1) + 1
      const hop = parseHop(forwardedFor.slice(start, end).trim())
      if (hop === undefined) break // not an address, so the trusted proxy is the last one that is known
      address = hop
      end = start - 1
    }
    return address
  }
}

const UNKNOWN = 'unknown'
/** Some proxies append the port: `192.0.2.1:4711` or `[2001:db8::1]:4711`. */
const WITH_PORT = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d{1,5})?$/

function parseHop(text: string): string | undefined {
  const [, ipv6, ipv4] = WITH_PORT.exec(text) ?? []
  const address = ipv6 ?? ipv4 ?? text
  return isIP(address) === 0 ? undefined : withoutMapping(address)
}

/** A socket that listens on `::` has IPv4 clients under IPv4-mapped addresses. */
function withoutMapping(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address
}
