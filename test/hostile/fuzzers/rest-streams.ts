import type { CaseContext, TestCase, Violation } from '../fuzzer.ts'
import { Oracle } from '../fuzzer.ts'
import { checkResponse } from '../oracles/problem.ts'
import { RESPONSE_TIMEOUT_MS } from '../wire/http-call.ts'
import type { HttpResponse } from '../wire/http1.ts'

/* Streams of insights as server-sent events, with hostile queries and resume tokens. Clients leave in the middle. */

type Stream = readonly [query: string, lastEventId: string | undefined, expected: number]

const STREAMS: readonly ((token: string) => Stream)[] = [
  () => ['', undefined, 200],
  () => ['?include_open=true', undefined, 200],
  (token) => [`?text=${token}&include_open=true`, undefined, 200],
  (token) => [`?email=${token}@example.com&priority=P0&priority=P1`, undefined, 200],
  () => ['?include_open=perhaps', undefined, 422],
  () => ['?state=pending', undefined, 422],
  () => ['?page_size=1', undefined, 422],
  () => [`?${'client=a&'.repeat(21)}`, undefined, 422],
  (token) => [`?resume_token=${token}`, undefined, 422],
  (token) => ['', token, 422],
  () => ['', '1.4Vv2bRkq0xWm.q8Zt1c3hY_Ns.5k2', 422],
  () => ['', '.'.repeat(5_000), 422],
  () => ['', '\u00ff\u0080', 422],
]

/** How a token of a real stream is changed before the stream is resumed with it. */
const RESUMES: readonly ((token: string) => Stream)[] = [
  (real) => ['', real, 200],
  (real) => [`?resume_token=${real}`, undefined, 200],
  (real) => ['?priority=P0', real, 422], // of another filter
  (real) => ['', `${real}!`, 422], // a shorter one can be of an earlier position
  (real) => ['', `${real}${real}`, 422],
  (real) => ['', real.replace(/\d/, (digit) => String(9 - Number(digit))), 422],
]

/** Opens a stream, reads a little and leaves; or resumes one with a token that may be forged. */
export function generateRestStream({ random, target, token }: CaseContext): TestCase {
  const url = `${target.services.insights.url}/insights/stream`
  const opened = random.pick(STREAMS)(token())
  const resume = random.chance(0.4) ? random.pick(RESUMES) : undefined
  const describe = ([query, id]: Stream) => `GET ${url}${query}${id === undefined ? '' : `\nlast-event-id: ${id}`}`
  return {
    summary: 'GET /insights/stream',
    request: () => (resume === undefined ? describe(opened) : describe(resume('<id of an event>'))),
    run: async () => {
      if (resume === undefined) return (await openStream(url, opened)).violations
      const first = await openStream(url, ['?include_open=true', undefined, 200])
      const id = /^id: ?(\S+)$/m.exec(first.text)?.[1]
      return id === undefined ? first.violations : (await openStream(url, resume(id))).violations
    },
  }
}

async function openStream(
  url: string,
  [query, lastEventId, expected]: Stream,
): Promise<{ violations: Violation[]; text: string }> {
  const leaving = new AbortController()
  const timer = setTimeout(() => leaving.abort(), RESPONSE_TIMEOUT_MS)
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  try {
    const response = await fetch(`${url}${query}`, { headers, signal: leaving.signal })
    const isStream = response.status === 200
    const text = isStream ? await readUntilId(response) : await response.text()
    const failure = isStream ? failureOf(text) : undefined
    const received: HttpResponse =
      failure === undefined
        ? { status: response.status, headers: new Map(response.headers), body: Buffer.from(text) }
        : { status: failure.status, headers: FAILED, body: Buffer.from(failure.json) }
    return { violations: checkResponse(received, new Set([expected])), text }
  } catch (error) {
    if (!leaving.signal.aborted) throw error
    const expectation = `an event or a problem within ${RESPONSE_TIMEOUT_MS} ms`
    return { violations: [{ oracle: Oracle.Timeout, expected: expectation, got: 'none' }], text: '' }
  } finally {
    clearTimeout(timer)
    leaving.abort()
  }
}

/** What an event has instead of the headers of a problem. */
const FAILED = new Map([
  ['content-type', 'application/problem+json'],
  ['retry-after', '0'],
])

/** The problem of a stream that failed after it had begun, which it does when its first event takes a while. */
function failureOf(text: string): { status: number; json: string } | undefined {
  const json = /^event: failed\ndata: (.*)$/m.exec(text)?.[1]
  return json === undefined ? undefined : { status: Number((JSON.parse(json) as { status: unknown }).status), json }
}

/** Every stream begins with the event that tells that it is synchronized, if it begins with no other. */
async function readUntilId(response: Response): Promise<string> {
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString('utf8')
    if (/^id: ?\S+$/m.test(text)) break
  }
  return text
}
