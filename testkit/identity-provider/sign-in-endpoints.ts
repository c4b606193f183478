import { createHash, randomUUID } from 'node:crypto'
import type { SigningKey, SigningKeys } from './signing-keys.ts'

/** The person at the provider, who signs in at once whenever they are asked. */
export interface TestPerson {
  sub: string
  name: string
  /** Put into the claim `roles`. Undefined omits the claim. */
  roles: readonly string[] | undefined
  /** The provider then refuses every token of the person, and does not sign them in. */
  disabled: boolean
}

/** How a provider may differ from another. */
export interface ProviderBehaviour {
  clientId: string
  clientSecret: string
  /** Whether the client gets refresh tokens. Each works once. */
  refreshTokens: boolean
  /** Which answer has the roles. */
  rolesIn: 'id token' | 'userinfo'
  accessTokenSeconds: number
  /** Claims of ID tokens that differ from right ones; undefined removes a claim. */
  idTokenChanges: Readonly<Record<string, unknown>>
  /** Default: the newest published key. */
  idTokenKey: SigningKey | undefined
}

/** An answer to send: JSON, or a redirect. */
export type Answer = { readonly status: number; readonly body: object } | { readonly location: string }

interface Grant {
  readonly sub: string
  readonly sid: string
  readonly nonce: string | undefined
}
interface IssuedCode extends Grant {
  readonly challenge: string
  readonly redirectUri: string
}

/** The endpoints of the authorization code flow (OpenID Connect Core 1.0, RFC 7636). */
export interface SignInEndpoints {
  authorize(query: URLSearchParams): Answer
  token(form: URLSearchParams, authorization: string | undefined): Promise<Answer>
  userInfo(authorization: string | undefined): Answer
  endSession(query: URLSearchParams): Answer
  /** The `sid` of each sign-in so far. */
  readonly sids: readonly string[]
}

export function createSignInEndpoints(
  issuer: string,
  keys: SigningKeys,
  person: TestPerson,
  behaviour: ProviderBehaviour,
): SignInEndpoints {
  const codes = new Map<string, IssuedCode>()
  const refreshTokens = new Map<string, Grant>()
  const accessTokens = new Map<string, Grant>()
  const sids: string[] = []

  const takeOnce = <T>(issued: Map<string, T>, key: string | null): T | undefined => {
    const found = issued.get(key ?? '')
    issued.delete(key ?? '')
    return found
  }
  const roles = (place: ProviderBehaviour['rolesIn']) =>
    behaviour.rolesIn === place && person.roles !== undefined ? { roles: person.roles } : {}

  const issue = async ({ sub, sid, nonce }: Grant): Promise<Answer> => {
    const now = Math.floor(Date.now() / 1000)
    const [accessToken, refreshToken] = [randomUUID(), randomUUID()]
    accessTokens.set(accessToken, { sub, sid, nonce })
    if (behaviour.refreshTokens) refreshTokens.set(refreshToken, { sub, sid, nonce: undefined })
    const claims = { iss: issuer, aud: behaviour.clientId, sub, sid, nonce, iat: now, exp: now + 60 }
    const idClaims = { ...claims, name: person.name, ...roles('id token'), ...behaviour.idTokenChanges }
    const { idTokenKey: key } = behaviour
    const idToken = await keys.sign(idClaims, key && { key, header: { kid: keys.current.kid } })
    return ok({
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: behaviour.accessTokenSeconds,
      id_token: idToken,
      ...(behaviour.refreshTokens && { refresh_token: refreshToken }),
    })
  }
  const isClient = (form: URLSearchParams, authorization = '') => {
    const [, basic = ''] = /^Basic (.*)$/.exec(authorization) ?? []
    const [id, secret] = Buffer.from(basic, 'base64').toString().split(':').map(decodeFormValue)
    const sent = basic === '' ? [form.get('client_id'), form.get('client_secret')] : [id, secret]
    return sent[0] === behaviour.clientId && sent[1] === behaviour.clientSecret
  }

  return {
    sids,
    authorize: (query) => {
      const [redirectUri, challenge] = [query.get('redirect_uri') ?? '', query.get('code_challenge')]
      const isValid = query.get('response_type') === 'code' && query.get('client_id') === behaviour.clientId
      if (!isValid || challenge === null || query.get('code_challenge_method') !== 'S256')
        return refuse('invalid_request')
      const back = new URL(redirectUri)
      back.searchParams.set('state', query.get('state') ?? '')
      back.searchParams.set('iss', issuer)
      if (person.disabled) {
        back.searchParams.set('error', 'access_denied')
        back.searchParams.set('error_description', `${person.name} may not sign in`)
      } else {
        const [code, sid] = [randomUUID(), randomUUID()]
        sids.push(sid)
        codes.set(code, { sub: person.sub, sid, nonce: query.get('nonce') ?? undefined, challenge, redirectUri })
        back.searchParams.set('code', code)
      }
      return { location: back.href }
    },
    token: async (form, authorization) => {
      if (!isClient(form, authorization)) return { status: 401, body: { error: 'invalid_client' } }
      if (form.get('grant_type') === 'refresh_token') {
        const grant = takeOnce(refreshTokens, form.get('refresh_token'))
        return grant === undefined || person.disabled ? refuse('invalid_grant') : issue(grant)
      }
      const code = takeOnce(codes, form.get('code'))
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url')
      const isValid = code?.challenge === challenge && code.redirectUri === form.get('redirect_uri')
      return isValid ? issue(code) : refuse('invalid_grant')
    },
    userInfo: (authorization = '') => {
      const grant = accessTokens.get(authorization.replace(/^Bearer /, ''))
      if (grant === undefined || person.disabled) return { status: 401, body: { error: 'invalid_token' } }
      return ok({ sub: grant.sub, name: person.name, ...roles('userinfo') })
    },
    endSession: (query) => ({ location: query.get('post_logout_redirect_uri') ?? issuer }),
  }
}

function decodeFormValue(value: string): string {
  return decodeURIComponent(value.replaceAll('+', ' '))
}

function ok(body: object): Answer {
  return { status: 200, body }
}

function refuse(error: string): Answer {
  return { status: 400, body: { error } }
}
