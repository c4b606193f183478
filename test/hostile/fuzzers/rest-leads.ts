import type { NewLead } from '../../../domain/lead.ts'
import { hasSameContent } from '../../../testkit/load/leads.ts'
import type { CaseContext, TestCase, Violation } from '../fuzzer.ts'
import { allowedOutcomes, demand, mutate, noExpectation, Oracle } from '../fuzzer.ts'
import { checkResponse, parseJson } from '../oracles/problem.ts'
import type { HttpCall } from '../wire/http-call.ts'
import { describeCall, sendCall } from '../wire/http-call.ts'
import { toJsonText, toObjectText } from './json-text.ts'
import { draftLead, expectedLead, LEAD_MUTATIONS } from './lead-draft.ts'
import type { RestDraft } from './rest-lead-mutations.ts'
import { MAX_BODY, REST_MUTATIONS } from './rest-lead-mutations.ts'

/** `POST /leads/` with an arbitrary body and valid HTTP. */
export function generateRestLead(context: CaseContext): TestCase {
  const { random, target, ledger, caseName } = context
  const key = context.key()
  const lead = draftLead(context)
  mutate(lead, LEAD_MUTATIONS, context, 0.35)
  const draft: RestDraft = {
    lead,
    members: [...lead.fields].map(([name, value]) => ({ name, value: toJsonText(value, random) })),
    headers: [],
    contentType: 'application/json',
    keyHeader: key,
    edits: [],
    encodings: [],
    ...noExpectation(),
  }
  mutate(draft, REST_MUTATIONS, context, 0.4)
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
    summary: 'POST /leads/',
    request: () => describeCall(call),
    run: async () => {
      if (expected === undefined) ledger.recordInvalid(caseName, key)
      else ledger.recordValid(caseName, key, expected)
      const response = await sendCall(call)
      // the server may close the connection before it has read a body above the limit
      if ('oracle' in response) return body.length > MAX_BODY ? [] : [response]
      if (response.status === 201) ledger.acknowledge(key)
      const violations = checkResponse(response, allowed)
      if (response.status === 201 && expected !== undefined) {
        violations.push(...checkLead(parseJson(response.body), expected))
        if (random.chance(0.2)) violations.push(...(await repeat(context, call, expected)))
      }
      return violations
    },
  }
}

function outcomeOf(draft: RestDraft, body: Buffer) {
  const expected = expectedLead(draft.lead)
  if (expected === undefined) demand(draft, 422)
  if (body.length > MAX_BODY) demand(draft, 413)
  return { allowed: allowedOutcomes(draft, [201]), expected: draft.demanded.size > 0 ? undefined : expected }
}

/** Checks that the same call is a replay, that a different lead with the same key is a conflict, and that `GET` works. */
async function repeat(context: CaseContext, call: HttpCall, expected: NewLead): Promise<Violation[]> {
  const again = await sendCall(call)
  if ('oracle' in again) return [again]
  const violations = checkResponse(again, new Set([200]))
  const id = parseJson(again.body)?.id
  if (again.status === 200) {
    violations.push(...checkLead(parseJson(again.body), expected))
    const read = await sendCall({
      method: 'GET',
      url: `${call.url.split(/\/\?|\/$/)[0]}/${id}`,
      headers: [],
      body: undefined,
    })
    if ('oracle' in read) return [...violations, read]
    violations.push(...checkResponse(read, new Set([200])))
    if (read.status === 200) violations.push(...checkLead(parseJson(read.body), expected))
  }
  const other = Buffer.from(JSON.stringify({ ...expected, note: `another ${context.token()}` }))
  const headers = call.headers.map(([name, value]): [string, string] =>
    name === 'content-type' ? [name, 'application/json'] : [name, value],
  )
  const conflict = await sendCall({ ...call, headers, body: other })
  return 'oracle' in conflict ? [...violations, conflict] : [...violations, ...checkResponse(conflict, new Set([409]))]
}

export function checkLead(lead: Record<string, unknown> | undefined, expected: NewLead): Violation[] {
  if (lead !== undefined && hasSameContent(lead as unknown as NewLead, expected)) return []
  const got = `response ${JSON.stringify(lead)?.slice(0, 300)}`
  return [{ oracle: Oracle.Stored, expected: `the lead as sent: ${JSON.stringify(expected).slice(0, 300)}`, got }]
}
