import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { ALL_SCOPES } from '../../../lib/auth/scopes.ts'
import { NO_SESSION_COOKIE, sessionCookie } from '../../../lib/auth/session-cookie.ts'
import { ErrorCode, toAppError } from '../../../lib/errors/app-error.ts'
import { HTTP_STATUS } from '../../../lib/errors/status-codes.ts'
import type { RestApp } from '../../../lib/server/rest/handler.ts'
import { DETAILS } from '../../../lib/server/rest/openapi/route-details.ts'
import { sendPage } from '../../../lib/server/rest/page.ts'
import { refusalPage } from './refusal-page.ts'
import { keySignInSchema, sessionSchema, signedOutSchema } from './rest-fields.ts'
import type { Session } from './session-store.ts'
import type { SignIn } from './sign-in.ts'
import { NO_SIGN_IN_COOKIE } from './sign-in-attempt.ts'
import type { SignInCall } from './start-session.ts'

/** The groups of operations in the OpenAPI document. */
export const signInTags = [{ name: 'Sign-in', description: 'Start and end the session of a person in a browser.' }]

/** Opened by browsers and called by the provider, and therefore not in the OpenAPI document; see docs/access.md. */
const UNDOCUMENTED = { config: { scope: 'public' }, schema: { hide: true } } as const

const SESSION_IF_ANY = [{}, { session: [] }]
const OWN_PAGES =
  'For pages of the same origin: the request must have `Sec-Fetch-Site: same-origin`, which browsers add, or an ' +
  '`Origin` that is the called host.'

const MAX_FORM_BYTES = 64 * 1024
const parseNothing = (_request: unknown, body: string, done: (error: null, body: string) => void) => done(null, body)

/** The routes of sign-in. They authenticate by themselves. */
export function registerSignInRest(app: RestApp, signIn: SignIn): void {
  app.get(
    '/auth/session',
    {
      config: { scope: 'public' },
      schema: {
        operationId: 'getSession',
        tags: ['Sign-in'],
        summary: 'Get the session of this browser, and how people sign in',
        security: SESSION_IF_ANY,
        response: { 200: sessionSchema.describe('Who is signed in, if anybody is.') },
      },
    },
    async (request) => sessionBody(signIn, await signIn.find(callOf(request))),
  )

  app.get(
    '/auth/sign-in',
    { ...UNDOCUMENTED, schema: { hide: true, querystring: z.object({ return_to: z.string().optional() }) } },
    async (request, reply) => {
      const { url, cookie } = await signIn.begin(request.query.return_to)
      return reply.header('set-cookie', cookie).redirect(url.href)
    },
  )

  app.get('/auth/callback', UNDOCUMENTED, async (request, reply) => {
    reply.header('set-cookie', NO_SIGN_IN_COOKIE)
    try {
      const query = request.raw.url?.split('?').slice(1).join('?') ?? ''
      const { cookie, returnTo } = await signIn.finish(query, callOf(request))
      return reply.header('set-cookie', sessionCookie(cookie)).redirect(returnTo)
    } catch (thrown) {
      if (!request.headers.accept?.includes('text/html')) throw thrown
      const { code, message } = request.observed?.failed(thrown) ?? toAppError(thrown)
      request.observed = undefined
      return sendPage(reply.code(HTTP_STATUS[code]), refusalPage(message, request.id))
    }
  })

  app.post(
    '/auth/sign-in',
    {
      config: { scope: 'public' },
      schema: {
        operationId: 'signInWithKey',
        tags: ['Sign-in'],
        summary: 'Start a session with an API key',
        description: `Where no identity provider is configured. The session has the scopes of the key and ends with it. ${OWN_PAGES}`,
        body: keySignInSchema,
        response: { 200: sessionSchema.describe('The session, whose id the cookie has.') },
        [DETAILS]: { headers: { 200: ['Set-Cookie'] }, problems: [ErrorCode.RouteNotFound] },
      },
      validatorCompiler: () => (value) => ({ value }), // signInWithKey validates it
    },
    async (request, reply) => {
      const call = callOf(request)
      const cookie = await signIn.withKey(request.body, call)
      reply.header('set-cookie', sessionCookie(cookie))
      const header = (name: string) => (name === 'cookie' ? sessionCookie(cookie) : call.header(name))
      return sessionBody(signIn, await signIn.find({ ...call, header }))
    },
  )

  app.post(
    '/auth/sign-out',
    {
      config: { scope: 'public' },
      schema: {
        operationId: 'signOut',
        tags: ['Sign-in'],
        summary: 'End the session of this browser',
        description: `Does nothing without a session. ${OWN_PAGES}`,
        security: SESSION_IF_ANY,
        response: { 200: signedOutSchema.describe('The session has ended, and the cookie is removed.') },
        [DETAILS]: { headers: { 200: ['Set-Cookie'] } },
      },
    },
    async (request, reply) => {
      const url = await signIn.signOut(callOf(request))
      reply.header('set-cookie', NO_SESSION_COOKIE)
      return { end_session_url: url?.href ?? null }
    },
  )

  app.register(async (scope) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: MAX_FORM_BYTES },
      parseNothing,
    )
    scope.post('/auth/back-channel-logout', UNDOCUMENTED, async (request, reply) => {
      try {
        await signIn.endByProvider(typeof request.body === 'string' ? request.body : '', callOf(request))
        return reply.send()
      } catch (thrown) {
        if (toAppError(thrown).code !== ErrorCode.Unauthenticated) throw thrown
        request.observed?.failed(thrown)
        request.observed = undefined
        return reply.code(400).send({ error: 'invalid_request' }) // the specification, section 2.8
      }
    })
  })
}

function callOf({ headers, ip, id }: { headers: IncomingHttpHeaders; ip: string; id: string }): SignInCall {
  return { address: ip, requestId: id, header: (name) => headers[name]?.toString() }
}

/** What a page needs to know about its user; `sign_in` says how people sign in here. */
function sessionBody({ method }: SignIn, session: Session | undefined): z.infer<typeof sessionSchema> {
  const signedOut = {
    signed_in: false,
    sign_in: method,
    user: null,
    role: null,
    scopes: [],
    expires_at: null,
    ends_at: null,
  }
  if (method === 'off') return { ...signedOut, signed_in: true, scopes: [...ALL_SCOPES] }
  if (session === undefined) return signedOut
  return {
    signed_in: true,
    sign_in: method,
    user: { id: session.actor, name: session.name },
    role: session.role,
    scopes: [...session.scopes],
    expires_at: session.expiresAt.toISOString(),
    ends_at: session.endsAt.toISOString(),
  }
}
