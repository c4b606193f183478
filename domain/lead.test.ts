import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NewLead } from './lead.ts'
import { contentHash, LEAD_LIMITS, newLeadSchema, requestHash } from './lead.ts'

const accepts = (input: unknown) => newLeadSchema.safeParse(input).success
const acceptsEmail = (email: string) => accepts({ note: 'hello', email })

describe('an email address', () => {
  test.each([
    'name@example.com',
    'first.last@example.co.uk',
    'first+tag@example.com',
    "o'brien@example.ie",
    '!#$%&*+/=?^_`{|}~-@example.com',
    '1@2.io',
    'a@b-c.de',
    'Name@EXAMPLE.Com',
    'почта@пример.рф',
    'jürgen@münchen.de',
    '用户@例子.世界',
    'अजय@डाटा.भारत',
    'user@xn--e1afmkfd.xn--p1ai',
    `a@${'b'.repeat(63)}.de`,
    `${'a'.repeat(64)}@example.com`,
  ])('%s is accepted', (email) => {
    expect(acceptsEmail(email)).toBe(true)
  })

  test.each([
    '',
    'name',
    'name@',
    '@example.com',
    'name@localhost',
    'a@b@example.com',
    'a b@example.com',
    '.a@example.com',
    'a.@example.com',
    'a..b@example.com',
    'a@.com',
    'a@example.',
    'a@example..com',
    'a@-example.com',
    'a@example-.com',
    'a@exam_ple.com',
    'a@[127.0.0.1]',
    '"a b"@example.com',
    'A Name <a@example.com>',
    'a@example.com,b@example.com',
    ' a@example.com',
    'a@example.com ',
    'a@example.com\n',
    'a@exam\u0000ple.com',
    'a@\ud800.com',
    `a@${'b'.repeat(64)}.de`,
  ])('%j is rejected', (email) => {
    expect(acceptsEmail(email)).toBe(false)
  })

  test('has at most 254 characters', () => {
    const ofLength = (length: number) => `${'a'.repeat(length - '@example.com'.length)}@example.com`
    expect(acceptsEmail(ofLength(254))).toBe(true)
    expect(acceptsEmail(ofLength(255))).toBe(false)
  })

  test.each(['a', 'a.', '.', '-', 'a-', '@', 'a@', 'ä', '0-a.', `${'a'.repeat(63)}.`])(
    'of 254 hostile characters (%s) is validated within 100 ms of CPU time',
    (pattern) => {
      const hostile = `a@${pattern.repeat(254)}`.slice(0, 253)
      const emails = [`${hostile}!`, `${hostile.slice(2)}@!`]
      acceptsEmail('warm@example.com')
      const before = process.cpuUsage()
      for (const email of emails) expect(acceptsEmail(email)).toBe(false)
      const { user, system } = process.cpuUsage(before)
      expect((user + system) / 1_000).toBeLessThan(100)
    },
  )
})

describe('a lead', () => {
  test.each(Object.entries(LEAD_LIMITS).filter(([field]) => field !== 'email'))(
    'may have a %s of at most %i characters',
    (field, limit) => {
      expect(accepts({ note: 'hello', [field]: 'x'.repeat(limit) })).toBe(true)
      expect(accepts({ note: 'hello', [field]: 'x'.repeat(limit + 1) })).toBe(false)
    },
  )

  test.each(['email', 'phone', 'name', 'note', 'source'])(
    'with a %s that PostgreSQL cannot store is rejected',
    (field) => {
      for (const text of ['a\u0000b', 'a\ud800b', '\udc00', 5, {}, []])
        expect(accepts({ note: 'a', [field]: text })).toBe(false)
    },
  )

  test.each(['\u{1f600}', 'e\u0301', '\u{1f469}\u200d'])('counts %j in code points, in every field', (text) => {
    const points = [...text].length
    for (const [field, limit] of Object.entries(LEAD_LIMITS).filter(([field]) => field !== 'email')) {
      const longest = text.repeat(limit / points)
      expect(accepts({ note: 'hello', [field]: longest })).toBe(true)
      expect(accepts({ note: 'hello', [field]: `${longest}x` })).toBe(false)
    }
  })

  test.each([
    undefined,
    null,
    '',
    ' ',
    '\n\t\u00a0\u2003\u3000',
    '\ufeff',
    '\u200b',
    '\u2060',
    '\u00ad',
    '\u180e',
    '\u200d\u200c',
    '\ufe0f\u{e0100}',
    '\u115f\u3164\uffa0',
    '\u202e\u2066\u2069',
    '\u{e0001}\u{e0020}',
    '\u0001\u007f\u0085',
    ' \u200b\n\u00ad\t\ufe0f\u2028\u2029',
  ])('whose note has no visible character (%j) is rejected', (note) => {
    expect(accepts({ note })).toBe(false)
  })

  test.each([
    ['an emoji made with ZWJ', '\u{1f469}\u200d\u{1f4bb}'],
    ['an emoji with a variation selector', '\u2764\ufe0f'],
    ['Persian with ZWNJ', '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'],
    ['one letter among invisible characters', '\u200b\u00ad?\u2060'],
    ['an emoji that is not in this version of Unicode', '\u{1faff}'],
    ['a combining accent alone', '\u0301'],
  ])('whose note is %s is accepted', (_what, note) => {
    expect(accepts({ note })).toBe(true)
  })

  test('keeps its text unchanged, including white space', () => {
    expect(newLeadSchema.parse({ note: ' a\n', name: ' B ' })).toMatchObject({ note: ' a\n', name: ' B ' })
  })

  test('with an unknown field is rejected, and the error names the field', () => {
    const issues = newLeadSchema.safeParse({ note: 'a', company: 'b' }).error?.issues
    expect(issues).toMatchObject([{ code: 'unrecognized_keys', keys: ['company'] }])
  })
})

const text = (maxLength: number) => fc.string({ unit: 'grapheme', maxLength })
const optionalText = (maxLength: number) => fc.option(text(maxLength))
const lead = fc.record({
  email: fc.option(fc.constantFrom('a@example.com', 'b@example.com')),
  phone: optionalText(20),
  name: optionalText(20),
  note: text(50),
  source: optionalText(20),
})
const FIELDS = ['email', 'phone', 'name', 'note', 'source'] as const

describe('the hash of a request', () => {
  test('depends neither on the order of keys nor on how an empty field is omitted', () => {
    const order = fc.shuffledSubarray([...FIELDS], { minLength: FIELDS.length })
    const emptiness = fc.constantFrom('null', 'undefined', 'absent')
    const storable = lead.filter(({ note }) => accepts({ note }))
    fc.assert(
      fc.property(storable, order, emptiness, (wanted, keys, empty) => {
        const entries = keys
          .filter((key) => wanted[key] !== null || empty !== 'absent')
          .map((key) => [key, wanted[key] ?? (empty === 'null' ? null : undefined)])
        expect(requestHash(newLeadSchema.parse(Object.fromEntries(entries)))).toBe(requestHash(wanted))
      }),
    )
  })

  test('changes when any field changes', () => {
    fc.assert(
      fc.property(lead, fc.constantFrom(...FIELDS), text(20), (wanted, field, other) => {
        fc.pre(wanted[field] !== other)
        expect(requestHash({ ...wanted, [field]: other })).not.toBe(requestHash(wanted))
      }),
    )
  })

  test('changes when a text moves to another field', () => {
    fc.assert(
      fc.property(lead, fc.shuffledSubarray([...FIELDS], { minLength: 2, maxLength: 2 }), (wanted, [one, two]) => {
        fc.pre(one !== undefined && two !== undefined && wanted[one] !== wanted[two])
        const swapped = {
          ...wanted,
          [one as string]: wanted[two as keyof NewLead],
          [two as string]: wanted[one as keyof NewLead],
        }
        expect(requestHash(swapped)).not.toBe(requestHash(wanted))
      }),
    )
  })

  test('is SHA-256 in hex and does not change between releases, since it is compared with stored hashes', () => {
    const stored: NewLead = { email: 'a@example.com', phone: null, name: 'Ä', note: 'hello', source: null }
    expect(requestHash(stored)).toBe('ac6939c725354e7ecd887387719735f808d91775f5f2e16cf1f817bf6c0e18b7')
  })
})

test('the content hash is SHA-256 of the note in UTF-8, in hex', () => {
  expect(contentHash('hello')).toBe('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824')
  expect(contentHash('привет')).toBe('e58f1e8c55fa105bdd3f40e5037eb0b039b5998d52c05e6cd98878dd2da5cab2')
})
