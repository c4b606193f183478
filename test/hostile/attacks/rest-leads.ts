import type { NewLead } from '../../../domain/lead.ts'
import { isSame } from '../../chaos/verdict.ts'
import type { Attack, Fault, Making } from '../attack.ts'
import { mutate, Oracle } from '../attack.ts'
import { allowedOutcomes, demand, expectNothingYet } from '../expectation.ts'
import { faultsOfAnswer, parseJson } from '../oracles/problem.ts'
import type { HttpCall } from '../wire/http-call.ts'
import { describeCall, sendCall } from '../wire/http-call.ts'
import { toJsonText, toObjectText } from './json-text.ts'
import { draftLead, expectedLead, LEAD_MUTATIONS } from './lead-draft.ts'
import type { RestDraft } from './rest-lead-mutations.ts'
import { MAX_BODY, REST_MUTATIONS } from './rest-lead-mutations.ts'

/** `POST /leads/` with anything in its body, by a client that speaks HTTP well. */
export function makeRestLead(making: Making): Attack {
  const { random, target, ledger, caseName } = making
  const key = making.key()
  const lead = draftLead(making)
  mutate(lead, LEAD_MUTATIONS, making, 0.35)
  const draft: RestDraft = {
    lead,
    members: [...lead.fields].map(([name, value]) => ({ name, value: toJsonText(value, random) })),
    headers: [],
    contentType: 'application/json',
    keyHeader: key,
    edits: [],
    encodings: [],
    ...expectNothingYet(),
  }
  mutate(draft, REST_MUTATIONS, making, 0.4)
  const text = draft.edits.reduce((edited, edit) => edit(edited), toObjectText(random.shuffled(draft.members), random))
  const body = draft.encodings.reduce<Buffer>((bytes, encode) => encode(bytes), Buffer.from(text))
  const { allowed, expected } = outcomeOf(draft, body)
  const call: HttpCall = {
    method: 'POST',
    url: `${target.services.intake.url}${random.pick(['/leads/', '/leads', '/leads/?', '/leads'])}`,
    headers: [
      ...draft.headers,
      ...(draft.contentType === undefined ? [] : [['content-type', draft.contentType] as [string, string]]),
      ...(draft.keyHeader === undefined ? [] : [['idempotency-key', draft.keyHeader] as [string, string]]),
    ],
    body,
  }
  return {
    what: 'POST /leads/',
    request: () => describeCall(call),
    run: async () => {
      if (expected === undefined) ledger.sendInvalid(caseName, key)
      else ledger.sendValid(caseName, key, expected)
      const answer = await sendCall(call)
      if ('oracle' in answer) return body.length > MAX_BODY ? [] : [answer] // a refused upload may be cut off
      if (answer.status === 201) ledger.acknowledge(key)
      const faults = faultsOfAnswer(answer, allowed)
      if (answer.status === 201 && expected !== undefined) {
        faults.push(...faultsOfLead(parseJson(answer.body), expected))
        if (random.chance(0.2)) faults.push(...(await repeat(making, call, expected)))
      }
      return faults
    },
  }
}

function outcomeOf(draft: RestDraft, body: Buffer) {
  const expected = expectedLead(draft.lead)
  if (expected === undefined) demand(draft, 422)
  if (body.length > MAX_BODY) demand(draft, 413)
  return { allowed: allowedOutcomes(draft, [201]), expected: draft.demanded.size > 0 ? undefined : expected }
}

/** The same call again is a replay, another lead under the same key a conflict, and the lead can be read. */
async function repeat(making: Making, call: HttpCall, expected: NewLead): Promise<Fault[]> {
  const again = await sendCall(call)
  if ('oracle' in again) return [again]
  const faults = faultsOfAnswer(again, new Set([200]))
  const id = parseJson(again.body)?.id
  if (again.status === 200) {
    faults.push(...faultsOfLead(parseJson(again.body), expected))
    const read = await sendCall({
      method: 'GET',
      url: `${call.url.split(/\/\?|\/$/)[0]}/${id}`,
      headers: [],
      body: undefined,
    })
    if ('oracle' in read) return [...faults, read]
    faults.push(...faultsOfAnswer(read, new Set([200])))
    if (read.status === 200) faults.push(...faultsOfLead(parseJson(read.body), expected))
  }
  const other = Buffer.from(JSON.stringify({ ...expected, note: `another ${making.token()}` }))
  const headers = call.headers.map(([name, value]): [string, string] =>
    name === 'content-type' ? [name, 'application/json'] : [name, value],
  )
  const conflict = await sendCall({ ...call, headers, body: other })
  return 'oracle' in conflict ? [...faults, conflict] : [...faults, ...faultsOfAnswer(conflict, new Set([409]))]
}

export function faultsOfLead(told: Record<string, unknown> | undefined, expected: NewLead): Fault[] {
  if (told !== undefined && isSame(told as unknown as NewLead, expected)) return []
  const got = `answered with ${JSON.stringify(told)?.slice(0, 300)}`
  return [{ oracle: Oracle.Kept, expected: `the lead as sent: ${JSON.stringify(expected).slice(0, 300)}`, got }]
}
