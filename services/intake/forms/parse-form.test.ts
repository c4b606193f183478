import { describe, expect, test } from 'vitest'
import type { FormFields } from '../../../lib/server/rest/form-body.ts'
import { parseForm } from './parse-form.ts'

const leadOf = (...fields: FormFields) => parseForm(fields).lead

describe('the lead of a form', () => {
  test('has the fields with the names of a lead, and message as its note', () => {
    expect(
      leadOf(['email', 'a@b.example'], ['phone', '1'], ['name', 'Ada'], ['note', 'Hi'], ['source', 'web']),
    ).toEqual({
      email: 'a@b.example',
      phone: '1',
      name: 'Ada',
      note: 'Hi',
      source: 'web',
    })
    expect(leadOf(['message', 'Hi'])).toEqual({ note: 'Hi' })
  })

  test('has other fields as lines of its note, so that nothing is lost', () => {
    const fields: FormFields = [
      ['company', 'Analytical Engines'],
      ['message', 'A quote, please.'],
      ['interests', 'seats'],
      ['interests', 'support'],
      ['deadline\n date', 'May'],
    ]
    expect(leadOf(...fields).note).toBe(
      'A quote, please.\n\ncompany: Analytical Engines\ninterests: seats, support\ndeadline date: May',
    )
    expect(leadOf(['company', 'AE'])).toEqual({ note: 'company: AE' })
  })

  test('has fields as _map says, in any order of the fields', () => {
    const fields: FormFields = [
      ['telefon', '+49 30 1'],
      ['vorname', 'Ada'],
      ['nachname', 'Lovelace'],
      ['_map[telefon]', 'phone'],
      ['_map[vorname]', 'name'],
      ['_map[nachname]', 'name'],
      ['_map[frage]', 'message'],
      ['frage', 'Was kostet das?'],
    ]
    expect(leadOf(...fields)).toEqual({ phone: '+49 30 1', name: 'Ada Lovelace', note: 'Was kostet das?' })
  })

  test('has no empty fields, no surrounding white space and no carriage returns', () => {
    expect(leadOf(['email', ''], ['phone', '  '], ['message', '  one\r\ntwo\rthree\n'], ['company', ''])).toEqual({
      note: 'one\ntwo\nthree',
    })
  })

  test('has nothing of control fields, known or not', () => {
    expect(leadOf(['_redirect', '/x'], ['_token', 'y'], ['idempotency_key', 'z'], ['_map[a]', 'phone'])).toEqual({})
  })

  test('keeps names such as __proto__ and constructor apart', () => {
    expect(leadOf(['constructor', 'c'], ['toString', 't'])).toEqual({ note: 'constructor: c\ntoString: t' })
    expect(leadOf(['__proto__', 'x'])).toEqual({})
  })
})

test('control fields are the key, the redirect and two traps', () => {
  expect(
    parseForm([
      ['idempotency_key', 'k'],
      ['_redirect', '/thanks'],
    ]),
  ).toMatchObject({
    idempotencyKey: 'k',
    redirect: '/thanks',
    isTrapped: false,
  })
  expect(parseForm([['_honeypot', '']]).isTrapped).toBe(false)
  expect(parseForm([['_honeypot', 'x']]).isTrapped).toBe(true)
  expect(parseForm([['_gotcha', 'x']]).isTrapped).toBe(true)
})

test('a field that can have one value must be given once, and _map must name a field of a lead', () => {
  expect(() =>
    parseForm([
      ['mail', 'a@b.example'],
      ['email', 'c@d.example'],
      ['_map[mail]', 'email'],
      ['_map[x]', 'id'],
    ]),
  ).toThrow(
    expect.objectContaining({
      violations: [
        { path: '_map[x]', message: expect.stringMatching(/^must be one of email,/) },
        { path: 'mail', message: 'must be given once' },
      ],
    }),
  )
})
