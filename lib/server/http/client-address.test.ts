import { describe, expect, test } from 'vitest'
import { createClientAddress } from './client-address.ts'

test('without trusted proxies the address is that of the connection, whatever the header says', () => {
  const addressOf = createClientAddress([], () => undefined)
  expect(addressOf('192.0.2.1', '203.0.113.9')).toBe('192.0.2.1')
  expect(addressOf('::ffff:192.0.2.1', undefined)).toBe('192.0.2.1')
  expect(addressOf(undefined, undefined)).toBe('unknown')
})

describe('behind trusted proxies', () => {
  const addressOf = createClientAddress(['10.0.0.0/8', '2001:db8:ffff::/48'], () => undefined)

  test.each([
    ['the only entry', '203.0.113.9', '203.0.113.9'],
    ['the right-most entry, not one that the client sent', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
    ['the right-most entry that is not a trusted proxy', '198.51.100.1,203.0.113.9 , 10.2.3.4,10.0.0.2', '203.0.113.9'],
    ['an IPv6 entry', '2001:db8:1::7', '2001:db8:1::7'],
    ['an entry with a port', '203.0.113.9:4711', '203.0.113.9'],
    ['an IPv6 entry with a port', '[2001:db8:1::7]:4711', '2001:db8:1::7'],
    ['an IPv4-mapped entry', '::ffff:203.0.113.9', '203.0.113.9'],
    ['the left-most entry if all are trusted proxies', '10.9.9.9, 10.0.0.2', '10.9.9.9'],
  ])('the address is %s', (_, forwardedFor, expected) => {
    expect(addressOf('10.0.0.1', forwardedFor)).toBe(expected)
  })

  test.each(['', ' ', ',', 'unknown', '_hidden', '203.0.113.9, ', '999.0.0.1', 'x'.repeat(8_000)])(
    'an entry that is no address is not used: %s',
    (forwardedFor) => {
      expect(addressOf('10.0.0.1', forwardedFor)).toBe('10.0.0.1')
    },
  )

  test('a connection from elsewhere cannot state another address', () => {
    expect(addressOf('203.0.113.1', '198.51.100.1')).toBe('203.0.113.1')
    expect(addressOf('2001:db8:1::1', '10.0.0.1')).toBe('2001:db8:1::1')
  })

  test('a proxy that connects over IPv6, or under an IPv4-mapped address, is recognized', () => {
    expect(addressOf('2001:db8:ffff:1::1', '203.0.113.9')).toBe('203.0.113.9')
    expect(addressOf('::ffff:10.0.0.1', '203.0.113.9')).toBe('203.0.113.9')
  })
})

test('a header from elsewhere than a trusted proxy is reported, because that proxy may have been forgotten', () => {
  const ignored: string[] = []
  const addressOf = createClientAddress(['10.0.0.1'], () => ignored.push('ignored'))
  addressOf('10.0.0.1', '203.0.113.9')
  addressOf('10.0.0.2', undefined)
  expect(ignored).toEqual([])
  addressOf('10.0.0.2', '203.0.113.9')
  expect(ignored).toEqual(['ignored'])
})
