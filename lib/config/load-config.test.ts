import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigError, commonSettings, integerSetting, loadConfig } from './load-config.ts'

const REQUIRED = { DATABASE_URL: 'postgres://me:secret@db/leads', NATS_URL: 'nats://127.0.0.1:4222' }

/** The lines of the error message for these variables, without the first line, which counts them. */
function faultsOf(env: NodeJS.ProcessEnv): string[] {
  try {
    loadConfig(commonSettings, env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n  ').slice(1)
    throw error
  }
}

describe('settings', () => {
  test('default where optional, and take the given values where required', () => {
    expect(loadConfig(commonSettings, { ...REQUIRED, UNRELATED: 'x' })).toEqual({
      ...REQUIRED,
      HOST: '127.0.0.1',
      AUTH: 'on',
      CORS_ORIGINS: [],
      LIMIT_PER_ADDRESS: '5000/1',
      LIMIT_PER_CLIENT: '5000/1',
      LIMIT_PUBLISHABLE_PER_ADDRESS: '60/60',
      LIMIT_FAILED_CREDENTIALS: '30/60',
      LIMITS_STORE: 'memory',
      TRUSTED_PROXIES: [],
      NATS_REPLICAS: 1,
      NATS_KEPT_INSIGHTS: 1_000_000,
      MIGRATE_ON_START: true,
      LOG_LEVEL: 'info',
    })
  })

  test('are converted to their types', () => {
    const env = { ...REQUIRED, NATS_REPLICAS: '3', MIGRATE_ON_START: 'false', NATS_NAMESPACE: 'blue_1', HOST: '::' }
    expect(loadConfig(commonSettings, env)).toMatchObject({
      NATS_REPLICAS: 3,
      MIGRATE_ON_START: false,
      NATS_NAMESPACE: 'blue_1',
      HOST: '::',
    })
  })

  test('CORS_ORIGINS is a list of origins as browsers send them', () => {
    const origins = (CORS_ORIGINS: string) => loadConfig(commonSettings, { ...REQUIRED, CORS_ORIGINS }).CORS_ORIGINS
    expect(origins('https://www.example.com, http://localhost:3000')).toEqual([
      'https://www.example.com',
      'http://localhost:3000',
    ])
    for (const wrong of [
      '*',
      'null',
      'https://*.example.com',
      'https://example.com/',
      'example.com',
      'https://a:443',
    ]) {
      expect(() => origins(wrong), wrong).toThrow(/CORS_ORIGINS=.* is wrong: it must be origins .*wildcard/)
    }
  })

  test('accept addresses and networks of proxies, and nothing that would be trusted by mistake', () => {
    const networks = (TRUSTED_PROXIES: string) => loadConfig(commonSettings, { ...REQUIRED, TRUSTED_PROXIES })
    expect(networks('10.0.0.0/8, 2001:db8::1').TRUSTED_PROXIES).toEqual(['10.0.0.0/8', '2001:db8::1'])
    for (const wrong of ['10.0.0.0/33', '::/0', '0.0.0.0/0', '10.0.0', 'loopback', 'proxy.example.com', '10.0.0.1,']) {
      expect(faultsOf({ ...REQUIRED, TRUSTED_PROXIES: wrong })).toEqual([
        `TRUSTED_PROXIES=${wrong} is wrong: it must be IP addresses or networks separated by commas, for example 10.0.0.0/8,2001:db8::1`,
      ])
    }
  })

  test('that are set but empty count as not set', () => {
    expect(loadConfig(commonSettings, { ...REQUIRED, LOG_LEVEL: '', NATS_NAMESPACE: '' })).toMatchObject({
      LOG_LEVEL: 'info',
    })
    expect(faultsOf({ ...REQUIRED, NATS_URL: '' })).toEqual([
      'NATS_URL is missing: it must be set, for example to nats://127.0.0.1:4222',
    ])
  })

  test('that are invalid are reported all at once, each with its allowed values', () => {
    const wrong = { DATABASE_URL: 'mysql://db/x', NATS_REPLICAS: '6', MIGRATE_ON_START: 'yes', LOG_LEVEL: 'loud' }
    expect(() => loadConfig(commonSettings, wrong)).toThrow('5 settings are wrong:\n')
    expect(faultsOf(wrong)).toEqual([
      expect.stringMatching(/^DATABASE_URL is wrong: it must be a URL such as postgres:/),
      expect.stringMatching(/^NATS_URL is missing: it must be set/),
      'NATS_REPLICAS=6 is wrong: it must be a whole number from 1 to 5',
      'MIGRATE_ON_START=yes is wrong: it must be true or false',
      expect.stringMatching(/^LOG_LEVEL=loud is wrong: it must be one of trace, debug,/),
    ])
  })

  test.each(['a b', 'Upper', 'a.b', 'a*', '>', 'x'.repeat(33)])(
    'a namespace %j, which is not allowed in a subject, is rejected',
    (name) => {
      expect(faultsOf({ ...REQUIRED, NATS_NAMESPACE: name })).toHaveLength(1)
    },
  )

  test.each(['http://me:secret@db/x', 'http://me:se@cret@db/x', 'me:secret@db/x', 'http://db/x?password=secret'])(
    'whose value %s may have a password are reported without it',
    (value) => {
      const shape = { ADDRESS: z.literal('here', { error: 'must be here' }) }
      expect(() => loadConfig(shape, { ADDRESS: value })).toThrow(
        /ADDRESS=(?!.*cret).*\*\*\*.* is wrong: it must be here/,
      )
    },
  )
})

describe('a whole number', () => {
  const read = (value: string) => loadConfig({ N: integerSetting(0, 65_535, 8_000) }, { N: value }).N

  test.each([
    ['0', 0],
    ['65535', 65_535],
    ['', 8_000],
  ])('given as %j is parsed as %i', (text, value) => {
    expect(read(text)).toBe(value)
  })

  test.each(['-1', '65536', '1.5', '1e3', '0x10', ' 1', '1 ', 'NaN', '١', '9'.repeat(400)])(
    '%s is rejected',
    (text) => {
      expect(() => read(text)).toThrow('must be a whole number from 0 to 65535')
    },
  )
})
