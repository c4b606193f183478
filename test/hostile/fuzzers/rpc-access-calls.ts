import type { CaseContext } from '../fuzzer.ts'
import type { Field } from '../wire/protobuf.ts'
import type { RpcCall } from './rpc-calls.ts'
import { INVALID_ARGUMENT, NOT_FOUND, OK } from './rpc-calls.ts'
import { anyPage, anyTime, call, id, time } from './rpc-fields.ts'

/* Calls of AccessService, and those that erase leads. */

const ACCESS = 'leadtriage.access.v1.AccessService'
const INTAKE = 'leadtriage.intake.v1.IntakeService'
const FAR_FUTURE_SECONDS = 253_402_300_799

const text = (no: number, name: string, value: string): Field => ({ no, name, value })
const texts = (no: number, name: string, list: readonly string[]): Field => ({ no, name, value: { list } })

export const ACCESS_CALLS: readonly ((context: CaseContext) => RpcCall)[] = [
  createKey,
  (context) => {
    const { fields, isValid } = anyPage([1, 2], context)
    return access('ListKeys', fields, isValid ? OK : INVALID_ARGUMENT, true)
  },
  ({ target, random, token }) => {
    const [keyId, expected] = random.pick([
      [target.keys.revokedId, OK],
      [random.uuid(), NOT_FOUND],
      [token(), INVALID_ARGUMENT],
      ['', INVALID_ARGUMENT],
      [`${target.keys.revokedId}\u0000`, INVALID_ARGUMENT],
    ] as const)
    return access('RevokeKey', [id('keyId', keyId)], expected)
  },
  ({ target, random, token }) => {
    const [keyId, expected] = random.pick([
      [target.keys.spareId, OK],
      [target.keys.revokedId, INVALID_ARGUMENT],
      [random.uuid(), NOT_FOUND],
      [token(), INVALID_ARGUMENT],
    ] as const)
    // so long that the key stays active
    const seconds = random.pick([2_592_000, 2_592_000, -1, 2_592_001, 2_147_483_647, -2_147_483_648])
    const fields = [id('keyId', keyId), { no: 2, name: 'overlapSeconds', value: seconds }]
    return access('RotateKey', fields, seconds === 2_592_000 ? expected : INVALID_ARGUMENT)
  },
  (context) => {
    const { random, token } = context
    const { fields, isValid } = anyPage([5, 6], context)
    const [filter, isValidFilter] = random.pick<[Field[], boolean]>([
      [[], true],
      [[text(1, 'actor', `key:${token()}`)], true],
      [[text(1, 'actor', `\u0000${token()}`)], false],
      [[text(2, 'action', 'keys.create')], true],
      [[text(2, 'action', 'x'.repeat(201))], false],
      [[text(2, 'action', "' or 1=1 --")], true],
    ])
    const after = anyTime(3, 'after', random)
    const expected = isValid && isValidFilter && after.isValid ? OK : INVALID_ARGUMENT
    return access('ListAuditEvents', [...filter, after.field, ...fields], expected, true)
  },
  ({ target, random, token }) => {
    const [leadId, expected] = random.pick([
      [target.seeded.erased, OK],
      [target.seeded.erased.toUpperCase(), OK],
      [random.uuid(), NOT_FOUND],
      [token(), INVALID_ARGUMENT],
      ['', INVALID_ARGUMENT],
    ] as const)
    const method = `${INTAKE}/DeleteLead`
    return call({ service: 'intake', method, fields: [id('leadId', leadId)], expected: [expected], isRead: false })
  },
  ({ random, token }) => {
    // no lead has these, since another case may have stored it
    const email = text(1, 'email', `${token()}@erased.example.com`)
    const phone = text(2, 'phone', `+999 ${random.integer(1e8, 1e9)} ${random.integer(1e8, 1e9)}`)
    const [fields, expected] = random.pick<[Field[], number]>([
      [[email], OK],
      [[phone], OK],
      [[email, { no: 3, name: 'dryRun', value: true }], OK],
      [[email, phone], INVALID_ARGUMENT],
      [[], INVALID_ARGUMENT],
      [[text(1, 'email', `\u0000${token()}`)], INVALID_ARGUMENT],
      [[text(1, 'email', ' \n ')], INVALID_ARGUMENT],
      [[text(1, 'email', `${token()}${'x'.repeat(300)}`)], INVALID_ARGUMENT],
      [[text(2, 'phone', '+00 (0) 0')], INVALID_ARGUMENT],
      [[text(2, 'phone', token().replaceAll(/\d/g, 'x'))], INVALID_ARGUMENT],
    ])
    const method = `${INTAKE}/EraseSubject`
    return call({ service: 'intake', method, fields, expected: [expected], isRead: false })
  },
]

function access(name: string, fields: readonly Field[], expected: number, isRead = false): RpcCall {
  return call({ service: 'intake', method: `${ACCESS}/${name}`, fields, expected: [expected], isRead })
}

function createKey({ random, token }: CaseContext): RpcCall {
  const name = text(2, 'name', `Key of ${token()}`)
  const clientId = text(3, 'clientId', token())
  const scopes = texts(4, 'scopes', ['leads:read'])
  const publishable: Field = { no: 1, name: 'kind', value: { number: 2, word: 'KEY_KIND_PUBLISHABLE' } }
  const origins = texts(5, 'origins', [`https://${token()}.example.com`])
  const past = random.pick([0, -62_135_596_800])
  const [fields, expected] = random.pick<[Field[], number]>([
    [[name, clientId, scopes], OK],
    [[publishable, name, clientId, origins], OK],
    [[name, clientId, scopes, time(6, 'expiresAt', FAR_FUTURE_SECONDS)], OK],
    [[text(2, 'name', '<script>alert(1)</script> %s {{7*7}}'), clientId, scopes], OK],
    [[], INVALID_ARGUMENT],
    [[publishable, name, clientId], INVALID_ARGUMENT],
    [[name, clientId, scopes, origins], INVALID_ARGUMENT],
    [[name, clientId, scopes, time(6, 'expiresAt', past)], INVALID_ARGUMENT],
    [[name, clientId, scopes, time(6, 'expiresAt', FAR_FUTURE_SECONDS + 1)], INVALID_ARGUMENT],
    [[{ no: 1, name: 'kind', value: { number: 77, word: 'KEY_KIND_MASTER' } }, name, clientId], INVALID_ARGUMENT],
    [[text(2, 'name', `a\u0000${token()}`), clientId, scopes], INVALID_ARGUMENT],
    [[text(2, 'name', `line\n${token()}`), clientId, scopes], INVALID_ARGUMENT],
    [[text(2, 'name', 'x'.repeat(201)), clientId, scopes], INVALID_ARGUMENT],
    [[name, text(3, 'clientId', 'anonymous'), scopes], INVALID_ARGUMENT],
    [[name, text(3, 'clientId', `${token()} x`), scopes], INVALID_ARGUMENT],
    [[name, text(3, 'clientId', `jwt:${token()}`), scopes], INVALID_ARGUMENT],
    [[name, clientId, texts(4, 'scopes', [token()])], INVALID_ARGUMENT],
    [
      [
        name,
        clientId,
        texts(
          4,
          'scopes',
          Array.from({ length: 101 }, () => 'leads:read'),
        ),
      ],
      INVALID_ARGUMENT,
    ],
    [[publishable, name, clientId, texts(5, 'origins', ['https://example.com/path'])], INVALID_ARGUMENT],
    [[publishable, name, clientId, texts(5, 'origins', ['null', '*'])], INVALID_ARGUMENT],
    [[publishable, name, clientId, origins, texts(4, 'scopes', ['keys:admin'])], INVALID_ARGUMENT],
  ])
  return access('CreateKey', fields, expected)
}
