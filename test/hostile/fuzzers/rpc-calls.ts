import type { NewLead } from '../../../domain/lead.ts'
import type { Random } from '../../../testkit/random.ts'
import type { CaseContext } from '../fuzzer.ts'
import { mutate } from '../fuzzer.ts'
import type { Field } from '../wire/protobuf.ts'
import type { LeadDraft } from './lead-draft.ts'
import { draftLead, expectedLead, FIELD_NAMES, LEAD_MUTATIONS } from './lead-draft.ts'
import { ACCESS_CALLS } from './rpc-access-calls.ts'
import { anyPage, anyTime, call, duration, id, time } from './rpc-fields.ts'
import { READ_CALLS } from './rpc-read-calls.ts'

/*
 * Calls of the RPC contract, as fields that can be encoded as binary or JSON, with the codes that they may get. What is
 * valid is decided here from the contract, without the product's code.
 */

export const OK = 0
export const CANCELLED = 1
export const INVALID_ARGUMENT = 3
export const DEADLINE_EXCEEDED = 4
export const NOT_FOUND = 5
export const RESOURCE_EXHAUSTED = 8
const FAILED_PRECONDITION = 9
export const UNIMPLEMENTED = 12
export const INTERNAL = 13
export const UNAVAILABLE = 14

/** One lead of a call. */
interface SentLead {
  readonly key: string
  /** As it must be stored; undefined if it is invalid. */
  readonly lead: NewLead | undefined
}

export interface RpcCall {
  readonly service: 'intake' | 'triage' | 'insights'
  /** For example `leadtriage.intake.v1.IntakeService/CreateLead`. */
  readonly method: string
  readonly fields: readonly Field[]
  /** Codes that it may get without mutations. */
  readonly expected: readonly number[]
  readonly leads: readonly SentLead[]
  /** Has no side effects, so that Connect also serves it as GET. */
  readonly isRead: boolean
}

const INTAKE = 'leadtriage.intake.v1.IntakeService'
const TRIAGE = 'leadtriage.triage.v1.TriageService'
const INSIGHTS = 'leadtriage.insights.v1.InsightsService'
const LEAD_FIELDS = ['email', 'phone', 'name', 'note', 'source'] as const

export function generateRpcCall(context: CaseContext): RpcCall {
  const kind = context.random.integer(0, 99)
  if (kind < 50) return createLead(context)
  if (kind < 60) return batchCreateLeads(context)
  return context.random.pick(kind < 75 ? OTHER_CALLS : kind < 85 ? ACCESS_CALLS : READ_CALLS)(context)
}

function createLead(context: CaseContext): RpcCall {
  const key = context.key()
  const draft = draftLead(context)
  mutate(draft, LEAD_MUTATIONS, context, 0.4)
  const lead = expectedLead(draft)
  return {
    service: 'intake',
    method: `${INTAKE}/CreateLead`,
    fields: requestFields(key, draft, context.random),
    expected: [lead ? OK : INVALID_ARGUMENT],
    leads: [{ key, lead }],
    isRead: false,
  }
}

function batchCreateLeads(context: CaseContext): RpcCall {
  const items = Array.from({ length: context.random.integer(1, 4) }, () => {
    const key = context.key()
    const draft = draftLead(context)
    mutate(draft, LEAD_MUTATIONS, context, 0.5)
    return { key, draft }
  })
  const requests = items.map(({ key, draft }) => ({ fields: requestFields(key, draft, context.random) }))
  return {
    service: 'intake',
    method: `${INTAKE}/BatchCreateLeads`,
    fields: [{ no: 1, name: 'requests', value: { list: requests } }],
    expected: [OK],
    leads: items.map(({ key, draft }) => ({ key, lead: expectedLead(draft) })),
    isRead: false,
  }
}

function requestFields(key: string, { fields }: LeadDraft, random: Random): Field[] {
  const lead = FIELD_NAMES.flatMap((name) => {
    const value = fields.get(name)
    return value == null ? [] : [{ no: LEAD_FIELDS.indexOf(name) + 1, name, value }]
  })
  return [
    { no: 1, name: 'idempotencyKey', value: key },
    { no: 2, name: 'lead', value: { fields: random.shuffled(lead) } },
  ]
}

type Generate = (context: CaseContext) => RpcCall

const OTHER_CALLS: readonly Generate[] = [
  ({ target, token, random }) => {
    const [leadId, expected] = random.pick([
      [target.seeded.triaged, OK],
      [random.uuid(), NOT_FOUND],
      [token(), INVALID_ARGUMENT],
      ['', INVALID_ARGUMENT],
      [`${target.seeded.triaged}\u0000`, INVALID_ARGUMENT],
    ] as const)
    return call({
      service: 'intake',
      method: `${INTAKE}/GetLead`,
      fields: [id('leadId', leadId)],
      expected: [expected],
    })
  },
  ({ target, token, random }) => {
    const [leadId, expected] = random.pick([
      [target.seeded.triaged, [OK]],
      [target.seeded.dead, [NOT_FOUND, FAILED_PRECONDITION]],
      [target.seeded.parked, [NOT_FOUND]],
      [random.uuid(), [NOT_FOUND]],
      [token(), [INVALID_ARGUMENT]],
    ] as const)
    const wait = random.pick([undefined, 0, 1, 40, -1, 60_001, 1e12])
    const isValid = wait === undefined || (wait >= 0 && wait <= 60_000)
    return call({
      service: 'insights',
      method: `${INSIGHTS}/GetInsight`,
      fields: [id('leadId', leadId), ...(wait === undefined ? [] : [duration(2, 'wait', wait)])],
      expected: isValid ? expected : [INVALID_ARGUMENT],
    })
  },
  () => call({ service: 'triage', method: `${TRIAGE}/GetQueue`, fields: [], expected: [OK] }),
  (context) => {
    const { fields, isValid } = anyPage([5, 6], context)
    return call({
      service: 'triage',
      method: `${TRIAGE}/ListDeadLetters`,
      fields: [
        ...fields,
        ...context.random.pick<Field[]>([
          [],
          [{ no: 2, name: 'state', value: { number: 3, word: 'DEAD_LETTER_STATE_ALL' } }],
        ]),
      ],
      expected: [isValid ? OK : INVALID_ARGUMENT],
    })
  },
  ({ random }) => {
    const { field, isValid } = anyTime(3, 'failedAfter', random)
    return call({
      service: 'triage',
      method: `${TRIAGE}/ListDeadLetters`,
      fields: [field],
      expected: [isValid ? OK : INVALID_ARGUMENT],
    })
  },
  ({ target, random, token }) => {
    const [leadId, expected] = random.pick([
      [target.seeded.dead, OK],
      [random.uuid(), NOT_FOUND],
      [token(), INVALID_ARGUMENT],
    ] as const)
    const fields = [id('leadId', leadId)]
    return call({ service: 'triage', method: `${TRIAGE}/GetDeadLetter`, fields, expected: [expected] })
  },
  ({ random, token }) => {
    const [fields, expected] = random.pick<[Field[], number]>([
      [[{ no: 1, name: 'leadIds', value: { list: [random.uuid()] } }], OK],
      [[{ no: 1, name: 'leadIds', value: { list: [token()] } }], INVALID_ARGUMENT],
      [[], INVALID_ARGUMENT],
      [[{ no: 2, name: 'reason', value: { number: 77, word: 'DEAD_LETTER_REASON_FAILED_TOO' } }], INVALID_ARGUMENT],
      [
        [
          { no: 6, name: 'all', value: true },
          { no: 7, name: 'dryRun', value: true },
        ],
        OK,
      ],
    ])
    const method = `${TRIAGE}/RedriveDeadLetters`
    return call({ service: 'triage', method, fields, expected: [expected], isRead: false })
  },
  ({ random, token }) => {
    const [fields, expected] = random.pick<[Field[], number]>([
      [[{ no: 1, name: 'leadIds', value: { list: [random.uuid(), random.uuid()] } }], OK],
      [
        [{ no: 1, name: 'leadIds', value: { list: Array.from({ length: 1_001 }, () => random.uuid()) } }],
        INVALID_ARGUMENT,
      ],
      [[{ no: 2, name: 'analyzer', value: `\u0000${token()}` }], INVALID_ARGUMENT],
      [[time(5, 'createdBefore', -62_135_596_800)], OK],
      [[], INVALID_ARGUMENT],
    ])
    return call({ service: 'intake', method: `${INTAKE}/RetriageLeads`, fields, expected: [expected], isRead: false })
  },
]
