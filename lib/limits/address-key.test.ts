import { expect, test } from 'vitest'
import { addressKey } from './address-key.ts'

test('an IPv4 address has a bucket of its own', () => {
  expect(addressKey('192.0.2.1')).toBe('192.0.2.1')
})

test.each([
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::ffff', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:0:0:1::', '2001:db8:0:0::/64'],
  ['2001:db8:1::2:3:4:5', '2001:db8:1:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('the IPv6 address %s shares the bucket of its network %s', (address, network) => {
  expect(addressKey(address)).toBe(network)
})
