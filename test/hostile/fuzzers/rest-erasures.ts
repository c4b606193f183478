import type { CaseContext, TestCase } from '../fuzzer.ts'
import { checkResponse, parseJson } from '../oracles/problem.ts'
import type { HttpCall } from '../wire/http-call.ts'
import { describeCall, sendCall } from '../wire/http-call.ts'
import { draftLead, expectedLead } from './lead-draft.ts'

/** Stores a lead, erases it by its id or by its email address, and tries to read it and to store it again. */
export function generateErasure(context: CaseContext): TestCase {
  const { random, target, ledger, caseName, token } = context
  const { url } = target.services.intake
  const key = context.key()
  const draft = draftLead(context)
  const email = `${token()}@erased.example.com`
  draft.fields.set('email', email)
  const create: HttpCall = {
    method: 'POST',
    url: `${url}/leads`,
    headers: [
      ['content-type', 'application/json'],
      ['idempotency-key', key],
    ],
    body: Buffer.from(JSON.stringify(Object.fromEntries(draft.fields))),
  }
  const eraseBySubject: HttpCall = {
    method: 'POST',
    url: `${url}/leads:erase-subject`,
    headers: [['content-type', 'application/json']],
    body: Buffer.from(JSON.stringify({ email: random.pick([email, email.toUpperCase(), ` ${email}\n`]) })),
  }
  const bySubject = random.chance(0.5)
  const again = random.integer(1, 3)
  return {
    summary: `erase ${bySubject ? 'by email' : 'by id'}`,
    request: () => `${describeCall(create)}\n${bySubject ? describeCall(eraseBySubject) : 'DELETE /leads/:id'}`,
    run: async () => {
      const lead = expectedLead(draft)
      if (lead === undefined) throw new Error('the draft of an erasure must be valid')
      ledger.recordValid(caseName, key, lead)
      const created = await sendCall(create)
      if ('oracle' in created) return [created]
      if (created.status !== 201) return checkResponse(created, new Set([201]))
      ledger.acknowledge(key)
      const id = parseJson(created.body)?.id
      const byId: HttpCall = { method: 'DELETE', url: `${url}/leads/${id}`, headers: [], body: undefined }
      const erased = await sendCall(bySubject ? eraseBySubject : byId)
      if ('oracle' in erased) return [erased]
      if (erased.status === 503) return checkResponse(erased, new Set())
      ledger.recordErased(key)
      const violations = checkResponse(erased, new Set([bySubject ? 200 : 204]))
      for (const [call, status] of [
        [{ ...byId, method: 'GET' }, 404],
        [byId, 204],
        ...Array.from({ length: again }, () => [create, 410] as const),
      ] as const) {
        const response = await sendCall(call)
        violations.push(...('oracle' in response ? [response] : checkResponse(response, new Set([status]))))
      }
      return violations
    },
  }
}
