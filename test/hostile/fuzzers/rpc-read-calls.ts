import type { CaseContext } from '../fuzzer.ts'
import type { Field, FieldValue } from '../wire/protobuf.ts'
import type { RpcCall } from './rpc-calls.ts'
import { anyPage, anyTime, call, id } from './rpc-fields.ts'

/* RPCs that list, count and correct insights, without those that stream. */

const [OK, INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION] = [0, 3, 5, 9]
const INSIGHTS = 'leadtriage.insights.v1.InsightsService'

const texts = (no: number, name: string, ...list: string[]): Field => ({ no, name, value: { list } })
const word = (no: number, name: string, number: number, of: string): Field => ({
  no,
  name,
  value: { number, word: of },
})
const words = (no: number, name: string, ...list: { number: number; word: string }[]): Field => ({
  no,
  name,
  value: { list },
})

type Fields = (token: string) => readonly [fields: readonly Field[], expected: number]

/** Of InsightFilter. */
const FILTERS: readonly Fields[] = [
  () => [[], OK],
  (token) => [[texts(5, 'tags', token), texts(12, 'sources', token, token), texts(13, 'clients', token)], OK],
  () => [[words(1, 'priorities', { number: 1, word: 'PRIORITY_P0' }), { no: 10, name: 'corrected', value: false }], OK],
  () => [[words(11, 'states', { number: 1, word: 'LEAD_STATE_PENDING' })], OK],
  (token) => [[{ no: 16, name: 'email', value: `${token}@example.com` }], OK],
  (token) => [[{ no: 17, name: 'text', value: token }], OK],
  () => [[{ no: 17, name: 'text', value: '\u{1f680}\u{1f680}\u{1f680}' }], OK],
  () => [[{ no: 17, name: 'text', value: 'ab' }], INVALID_ARGUMENT],
  (token) => [[{ no: 17, name: 'text', value: token.padEnd(201, 'x') }], INVALID_ARGUMENT],
  () => [[texts(12, 'sources', '')], INVALID_ARGUMENT],
  (token) => [[texts(5, 'tags', `${token}\u0000`)], INVALID_ARGUMENT],
  (token) => [[texts(13, 'clients', ...Array.from({ length: 21 }, () => token))], INVALID_ARGUMENT],
  (token) => [[texts(6, 'languages', ...Array.from({ length: 10_000 }, () => token))], INVALID_ARGUMENT],
  () => [[words(2, 'intents', { number: 99, word: 'INTENT_WIN' })], INVALID_ARGUMENT],
]

/** Of CorrectInsightRequest, without the lead. */
const CORRECTIONS: readonly Fields[] = [
  (token) => [[BUY, { no: 6, name: 'comment', value: `${token}\u202e` }], OK],
  () => [[word(4, 'nextAction', 1, 'NEXT_ACTION_CALL')], OK],
  () => [[{ no: 5, name: 'spam', value: true }], OK],
  (token) => [[{ no: 6, name: 'comment', value: token }], INVALID_ARGUMENT],
  () => [[BUY, { no: 5, name: 'spam', value: true }], INVALID_ARGUMENT],
  () => [[word(2, 'intent', 99, 'INTENT_WIN')], INVALID_ARGUMENT],
  (token) => [[BUY, { no: 7, name: 'requestId', value: token }], INVALID_ARGUMENT],
  (token) => [[BUY, { no: 6, name: 'comment', value: token.padEnd(2_001, 'x') }], INVALID_ARGUMENT],
  (token) => [[BUY, { no: 6, name: 'comment', value: `${token}\u0000` }], INVALID_ARGUMENT],
]
const BUY = word(2, 'intent', 1, 'INTENT_BUY')

const STATS: readonly Fields[] = [
  () => [[], OK],
  () => [[word(3, 'interval', 1, 'STATS_INTERVAL_HOUR'), word(8, 'breakdown', 3, 'STATS_BREAKDOWN_LANGUAGE')], OK],
  () => [[{ no: 4, name: 'timeZone', value: 'Asia/Kathmandu' }], OK],
  (token) => [[{ no: 4, name: 'timeZone', value: token }], INVALID_ARGUMENT],
  () => [[word(3, 'interval', 99, 'STATS_INTERVAL_SECOND')], INVALID_ARGUMENT],
  (token) => [[texts(5, 'sources', ...Array.from({ length: 21 }, () => token))], INVALID_ARGUMENT],
]

const insightsCall = (method: string, fields: readonly Field[], expected: number | readonly number[], isRead = true) =>
  call({ service: 'insights', method: `${INSIGHTS}/${method}`, fields, expected: [expected].flat(), isRead })

export const READ_CALLS: readonly ((context: CaseContext) => RpcCall)[] = [
  ({ random, token }) => {
    const [fields, expected] = random.pick(FILTERS)(token())
    const filter: FieldValue = { fields }
    return insightsCall('ListInsights', [{ no: 1, name: 'filter', value: filter }], expected)
  },
  (context) => {
    const { fields, isValid } = anyPage([3, 4], context)
    const order = word(2, 'order', 2, 'INSIGHT_ORDER_NEWEST')
    return insightsCall('ListInsights', [...fields, order], isValid ? OK : INVALID_ARGUMENT)
  },
  (context) => {
    const { fields, isValid } = anyPage([3, 4], context)
    const time = anyTime(1, 'createdAfter', context.random)
    return insightsCall('ListCorrections', [...fields, time.field], isValid && time.isValid ? OK : INVALID_ARGUMENT)
  },
  ({ random, token }) => insightsCall('GetStats', ...random.pick(STATS)(token())),
  ({ target, random, token }) => {
    const [lead, expected] = random.pick([
      [target.seeded.triaged, OK],
      [target.seeded.dead, OK],
      [target.seeded.erased, NOT_FOUND],
      [random.uuid(), NOT_FOUND],
      [token(), INVALID_ARGUMENT],
    ] as const)
    return insightsCall('GetLeadOverview', [id('leadId', lead)], expected)
  },
  ({ target, random, token }) => {
    const [fields, expected] = random.pick(CORRECTIONS)(token())
    const [lead, found] = random.pick([
      [target.seeded.triaged, [expected]],
      [target.seeded.triaged, [expected]],
      [target.seeded.dead, [NOT_FOUND, FAILED_PRECONDITION]],
      [random.uuid(), [NOT_FOUND]],
    ] as const)
    const isInvalid = expected === INVALID_ARGUMENT
    return insightsCall('CorrectInsight', [id('leadId', lead), ...fields], isInvalid ? expected : found, false)
  },
]
