/**
 * The key of an address for limits: an IPv4 address as it is, an IPv6 address as its /64 network, because one machine
 * usually has a whole /64 and could otherwise make every call from another address.
 *
 * @param address as `addressOf` of lib/server/http/client-address.ts returns it: IPv4-mapped addresses are IPv4
 */
export function addressKey(address: string): string {
  if (!address.includes(':')) return address
  const [withoutZone = ''] = address.split('%')
  const [left = '', right] = withoutZone.split('::')
  const leading = groupsOf(left)
  const missing = 8 - leading.length - groupsOf(right ?? '').length
  const groups =
    right === undefined ? leading : [...leading, ...Array(Math.max(0, missing)).fill('0'), ...groupsOf(right)]
  return `${groups.slice(0, 4).map(withoutLeadingZeros).join(':')}::/64`
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':')
}

function withoutLeadingZeros(group: string): string {
  return group.toLowerCase().replace(/^0+(?=.)/, '')
}
