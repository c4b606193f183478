import type { CaseContext, Expectation, Fuzzer, Mutation, TestCase, Violation } from '../fuzzer.ts'
import { allowedOutcomes, demand, mutate, noExpectation, Oracle } from '../fuzzer.ts'
import { checkResponse } from '../oracles/problem.ts'
import type { HttpCall } from '../wire/http-call.ts'
import { describeCall, sendCall } from '../wire/http-call.ts'
import type { HttpResponse } from '../wire/http1.ts'
import { hostileHeader } from './hostile-headers.ts'
import { notUtf8 } from './hostile-text.ts'
import type { LeadDraft } from './lead-draft.ts'
import { draftLead, expectedLead, LEAD_MUTATIONS } from './lead-draft.ts'

/** An HTML form as a browser sends it. */
interface FormDraft extends Expectation {
  readonly lead: LeadDraft
  /** Names and values besides those of the lead. */
  readonly fields: [name: string, value: string][]
  readonly key: string
  readonly isMultipart: boolean
  /** Whether the client prefers JSON; otherwise it gets redirects and pages. */
  readonly isJson: boolean
  readonly headers: [string, string][]
  contentType: string | undefined
  path: string
  /** Whether the form is accepted, and nothing is stored. */
  isTrapped: boolean
  readonly edits: ((body: Buffer) => Buffer)[]
}

const BOUNDARY = 'a-boundary'
const MAX_BODY = 256 * 1024
/** Must never be in a page as it is. */
const MARKUP = '<img src=x onerror=alert(1)>'

/** `POST /forms/{key}` without authentication, where any key is accepted. */
export const formsFuzzer: Fuzzer = { protocol: 'forms', weight: 8, generate: generateForm }

function generateForm(context: CaseContext): TestCase {
  const { random, target, ledger, caseName } = context
  const lead = draftLead(context)
  mutate(lead, FORM_LEADS, context, 0.4)
  const isMultipart = random.chance(0.4)
  const draft: FormDraft = {
    lead,
    fields: [],
    key: context.key(),
    isMultipart,
    isJson: random.chance(0.6),
    headers: [],
    contentType: isMultipart ? `multipart/form-data; boundary=${BOUNDARY}` : 'application/x-www-form-urlencoded',
    path: `/forms/${context.token()}`,
    isTrapped: false,
    edits: [],
    ...noExpectation(),
  }
  mutate(draft, FORM_MUTATIONS, context, 0.3)
  const fields = [...lead.fields].flatMap(([name, value]): [string, string][] =>
    value === null ? [] : [[name, value]],
  )
  const all = random.shuffled([...fields, ['idempotency_key', draft.key] as [string, string], ...draft.fields])
  const body = draft.edits.reduce((edited, edit) => edit(edited), encode(all, isMultipart))
  const expected = storedLead(draft)
  if (expected === undefined && !draft.isTrapped) demand(draft, 422)
  if (body.length > MAX_BODY) demand(draft, 413)
  const call: HttpCall = {
    method: 'POST',
    url: `${target.services.intake.url}${draft.path}`,
    headers: [
      ['accept', draft.isJson ? 'application/json' : 'text/html,*/*;q=0.8'],
      ...(draft.contentType === undefined ? [] : [['content-type', draft.contentType] as [string, string]]),
      ...draft.headers,
    ],
    body,
  }
  const isStored = expected !== undefined && draft.demanded.size === 0 && !draft.isTrapped
  return {
    summary: 'POST /forms/:key',
    request: () => describeCall(call),
    run: async () => {
      if (isStored) ledger.recordValid(caseName, draft.key, expected)
      else ledger.recordInvalid(caseName, draft.key)
      const response = await sendCall(call)
      if ('oracle' in response) return body.length > MAX_BODY ? [] : [response]
      if (isStored && [201, 303].includes(response.status)) ledger.acknowledge(draft.key)
      const allowed = allowedOutcomes(draft, [draft.isJson ? 201 : 303])
      return draft.isJson ? checkResponse(response, allowed) : checkPage(response, allowed)
    },
  }
}

/** The lead as docs/forms.md says that it is stored. */
function storedLead({ lead, fields }: FormDraft) {
  const sent = expectedLead(lead)
  if (sent === undefined) return undefined
  const text = (value: string) => value.replaceAll(/\r\n?/g, '\n').trim()
  const of = (value: string | null) => (value === null ? null : text(value) || null)
  const others = fields
    .filter(([name, value]) => !name.startsWith('_') && text(value) !== '')
    .map(([name, value]) => `${name}: ${text(value)}`)
  const note = [of(sent.note), ...(others.length > 0 ? [others.join('\n')] : [])].join('\n\n')
  return { email: of(sent.email), phone: of(sent.phone), name: of(sent.name), note, source: of(sent.source) }
}

function encode(fields: readonly (readonly [string, string])[], isMultipart: boolean): Buffer {
  if (!isMultipart)
    return Buffer.from(new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString())
  const parts = fields.map(([name, value]) => {
    const escaped = name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
    return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${escaped}"\r\n\r\n${value}\r\n`
  })
  return Buffer.from(`${parts.join('')}--${BOUNDARY}--\r\n`)
}

/** Checks the answer to a browser: a redirect, or a page that escapes what was sent. */
function checkPage(response: HttpResponse, allowed: ReadonlySet<number>): Violation[] {
  const { status, headers, body } = response
  if (status === 503) return headers.has('retry-after') ? [] : checkResponse(response, allowed)
  const violations: Violation[] = []
  const text = body.toString()
  if (!allowed.has(status)) {
    violations.push({
      oracle: Oracle.Status,
      expected: [...allowed].join(' or '),
      got: `${status} ${text.slice(0, 240)}`,
    })
  }
  if (status >= 400 && !headers.get('content-type')?.startsWith('text/html')) {
    violations.push({ oracle: Oracle.Format, expected: 'a page', got: `${status} ${headers.get('content-type')}` })
  }
  if (text.includes(MARKUP)) violations.push({ oracle: Oracle.Format, expected: 'escaped text', got: MARKUP })
  return violations
}

/** Without those whose validity depends on white space at the ends, which forms trim. */
const FORM_LEADS = LEAD_MUTATIONS.filter(({ name }) => name !== 'invalid email')

const FORM_MUTATIONS: readonly Mutation<FormDraft>[] = [
  {
    name: 'another field',
    apply: (draft, { token }, random) => {
      if (!draft.lead.valid) return false // it would be the note if there is none
      const name = random.pick([token(), 'constructor', 'toString', 'hasOwnProperty', `a[b][${token()}]`, '0'])
      if (draft.fields.length === 0) draft.fields.push([name, random.pick([token(), '', "'; drop table leads; --"])])
    },
  },
  {
    name: 'control fields',
    apply: (draft, { token }, random) => {
      const name = random.pick(['__proto__', '_charset_', '_next', `_${token()}`, '_map', '_map[', '_map[]'])
      draft.fields.push([name, random.pick([token(), 'iso-8859-1', 'email'])])
    },
  },
  {
    name: 'wrong mapping',
    apply: (draft, { token }, random) => {
      draft.fields.push([`_map[${MARKUP}${token()}]`, random.pick([token(), '__proto__', 'idempotency_key', MARKUP])])
      demand(draft, 422)
    },
  },
  {
    name: 'field given twice',
    apply: (draft, { token }, random) => {
      const name = random.pick(['email', 'phone', 'source'])
      draft.fields.push([`_map[${MARKUP}]`, name], [MARKUP, token()], [MARKUP, token()])
      demand(draft, 422)
    },
  },
  {
    name: 'redirect elsewhere',
    apply: (draft, { token }, random) => {
      const host = `${token()}.example.com`
      const target = random.pick([
        `https://${host}/`,
        `//${host}`,
        `javascript:alert('${host}')`,
        `\\\\${host}`,
        '/',
        'a',
      ])
      draft.fields.push(['_redirect', target])
      demand(draft, 422) // a program that states no origin has no page to return to
    },
  },
  {
    name: 'trap',
    apply: (draft, { token }, random) => {
      draft.fields.push([random.pick(['_honeypot', '_gotcha']), token()])
      draft.isTrapped = true
    },
  },
  {
    name: 'too many fields',
    apply: (draft) => {
      draft.edits.push((body) => Buffer.concat([moreFields(draft.isMultipart, 201), body]))
      demand(draft, 422)
    },
  },
  {
    name: 'broken encoding',
    part: 'body',
    apply: (draft, { token }, random) => {
      const broken = draft.isMultipart
        ? random.pick([`--${BOUNDARY}`, `--${BOUNDARY}\r\n\r\n${token()}`, `\r\n\r\n${token()}`, '--x--'])
        : random.pick(['&%', '&a=%zz', `&${token()}=%f`, '&%ff=1', '&a=%c0%af', '&a=%ed%a0%80'])
      draft.edits.push((body) => (draft.isMultipart ? Buffer.from(broken) : Buffer.concat([body, Buffer.from(broken)])))
      demand(draft, 422)
    },
  },
  {
    name: 'invalid UTF-8',
    part: 'body',
    apply: (draft, _context, random) => {
      const part = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\n`
      const bytes = notUtf8(random)
      draft.edits.push((body) =>
        draft.isMultipart
          ? Buffer.concat([Buffer.from(part), bytes, Buffer.from('\r\n'), body])
          : Buffer.concat([Buffer.from('a='), bytes, Buffer.from('&'), body]),
      )
      demand(draft, 422)
    },
  },
  {
    name: 'file',
    apply: (draft, { token }) => {
      if (!draft.isMultipart) return false
      const part = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="f"; filename="${token()}"\r\n\r\n${token()}\r\n`
      draft.edits.push((body) => Buffer.concat([Buffer.from(part), body]))
      demand(draft, 422)
    },
  },
  {
    name: 'huge body',
    apply: (draft, _context, random) => {
      const bytes = random.pick([MAX_BODY + 1, 3 * MAX_BODY])
      draft.edits.push((body) => Buffer.concat([body, Buffer.alloc(bytes, '&')]))
      demand(draft, 413)
    },
  },
  {
    name: 'wrong content type',
    apply: (draft, { token }, random) => {
      draft.contentType = random.pick(['application/json', 'text/plain', `x/${token()}`, 'multipart/mixed; boundary=x'])
      demand(draft, 415)
    },
  },
  {
    name: 'unsupported charset',
    apply: (draft, _context, random) => {
      draft.contentType += `; charset=${random.pick(['iso-8859-1', 'utf-16', 'utf-7'])}`
      demand(draft, 415)
    },
  },
  {
    name: 'hostile key',
    apply: (draft, { token }, random) => {
      draft.path = `/forms/${random.pick(['lt_pk_', `lt_sk_${token()}`, '%F0%9F%99%82', "'%20or%201=1", 'x'.repeat(60)])}`
    },
  },
  {
    name: 'foreign page',
    apply: (draft, { token }) => {
      draft.headers.push(['origin', `https://${token()}.example.com`])
      demand(draft, 403)
    },
  },
  {
    name: 'hostile header',
    apply: (draft, context, random) => {
      const [name, value] = hostileHeader(context, random)
      if (name === 'accept' || name === 'origin') return false // they decide about the answer
      draft.headers.push([name, value])
    },
  },
]

function moreFields(isMultipart: boolean, count: number): Buffer {
  const part = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n`
  return Buffer.from((isMultipart ? part : 'a=1&').repeat(count))
}
