import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { ALL_SCOPES } from '../../../lib/auth/scopes.ts'
import { NO_SESSION_COOKIE, sessionCookie } from '../../../lib/auth/session-cookie.ts'
import { ErrorCode, toAppError } from '../../../lib/errors/app-error.ts'
import { HTTP_STATUS } from '../../../lib/errors/status-codes.ts'
import type { RestApp } from '../../../lib/server/rest/handler.ts'
import { sendPage } from '../../../lib/server/rest/page.ts'
import { refusalPage } from './refusal-page.ts'
import type { Session } from './session-store.ts'
import type { SignIn } from './sign-in.ts'
import { NO_SIGN_IN_COOKIE } from './sign-in-attempt.ts'
import type { SignInCall } from './start-session.ts'

/** For browsers, and therefore not in the OpenAPI document; docs/access.md describes the routes. */
const FOR_BROWSERS = { config: { scope: 'public' }, schema: { hide: true } } as const

const MAX_FORM_BYTES = 64 * 1024
const parseNothing = (_request: unknown, body: string, done: (error: null, body: string) => void) => done(null, body)

/** The routes of sign-in. They authenticate by themselves. */
export function registerSignInRest(app: RestApp, signIn: SignIn): void {
  app.get('/auth/session', FOR_BROWSERS, async (request) => sessionBody(signIn, await signIn.find(callOf(request))))

  app.get(
    '/auth/sign-in',
    { ...FOR_BROWSERS, schema: { hide: true, querystring: z.object({ return_to: z.string().optional() }) } },
    async (request, reply) => {
      const { url, cookie } = await signIn.begin(request.query.return_to)
      return reply.header('set-cookie', cookie).redirect(url.href)
    },
  )

  app.get('/auth/callback', FOR_BROWSERS, async (request, reply) => {
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

  app.post('/auth/sign-in', FOR_BROWSERS, async (request, reply) => {
    const call = callOf(request)
    const cookie = await signIn.withKey(request.body, call)
    reply.header('set-cookie', sessionCookie(cookie))
    const header = (name: string) => (name === 'cookie' ? sessionCookie(cookie) : call.header(name))
    return sessionBody(signIn, await signIn.find({ ...call, header }))
  })

  app.post('/auth/sign-out', FOR_BROWSERS, async (request, reply) => {
    const url = await signIn.signOut(callOf(request))
    reply.header('set-cookie', NO_SESSION_COOKIE)
    return { end_session_url: url?.href ?? null }
  })

  app.register(async (scope) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: MAX_FORM_BYTES },
      parseNothing,
    )
    scope.post('/auth/back-channel-logout', FOR_BROWSERS, async (request, reply) => {
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
function sessionBody({ method }: SignIn, session: Session | undefined): object {
  const signedOut = {
    signed_in: false,
    sign_in: method,
    user: null,
    role: null,
    scopes: [],
    expires_at: null,
    ends_at: null,
  }
  if (method === 'off') return { ...signedOut, signed_in: true, scopes: ALL_SCOPES }
  if (session === undefined) return signedOut
  return {
    signed_in: true,
    sign_in: method,
    user: { id: session.actor, name: session.name },
    role: session.role,
    scopes: session.scopes,
    expires_at: session.expiresAt.toISOString(),
    ends_at: session.endsAt.toISOString(),
  }
}
