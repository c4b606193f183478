import * as oidc from 'openid-client'
import type { Claims } from '../../../lib/auth/claims.ts'
import { claimAt } from '../../../lib/auth/claims.ts'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import type { Log } from '../../../lib/log/log.ts'
import type { Person } from './person.ts'
import { personOf } from './person.ts'
import type { OpenIdOptions } from './settings.ts'

/** What the browser keeps, encrypted, while a person is at the provider. */
export interface SignInAttempt {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
}

/** What is needed to ask the provider about a person again, and to sign them out of it. */
export interface ProviderTokens {
  readonly idToken: string | undefined
  readonly refreshToken: string | undefined
  readonly accessToken: string
  /** In milliseconds of `Date.now()`; null if the provider did not say. */
  readonly accessExpiresAt: number | null
  /** Where the provider listed the roles when the person signed in. Only there does a missing claim mean no role. */
  readonly rolesFrom: 'id token' | 'userinfo'
}

/** A person, as the provider knows them now. */
interface KnownPerson {
  readonly person: Person
  /** False if the answer does not have what lists the roles; `person.role` is then meaningless. */
  readonly saysRole: boolean
  /** The provider's own session (`sid`), for back-channel logout. */
  readonly providerSession: string | null
  readonly tokens: ProviderTokens
}

/** The OpenID provider. Every method throws AppError `unavailable` if it cannot be reached. */
export interface OpenIdProvider {
  /** Where to send the browser. */
  authorizationUrl(attempt: SignInAttempt): Promise<URL>
  /** @param query what the provider appended to the callback. @throws AppError `unauthenticated` */
  finish(query: string, attempt: SignInAttempt): Promise<KnownPerson>
  /** Asks about a person again. Returns undefined if the provider refuses, for example because they are disabled. */
  askAgain(subject: string, tokens: ProviderTokens): Promise<KnownPerson | undefined>
  /** Where the person can sign out of the provider; undefined if it has no such page. */
  endSessionUrl(tokens: ProviderTokens | undefined): Promise<URL | undefined>
}

const TIMEOUT_SECONDS = 10
/** Errors of the token endpoint that concern the person, not this client or the provider's health. */
const REFUSALS = /^(?:invalid_grant|access_denied|(?:login|interaction|consent|account_selection)_required)$/
const ERROR_CODE = /^[a-z_]{1,40}$/

export function createOpenIdProvider(options: OpenIdOptions, log: Log): OpenIdProvider {
  let discovered: Promise<oidc.Configuration> | undefined
  const configuration = async () => {
    discovered ??= discover(options)
    try {
      return await discovered
    } catch (error) {
      discovered = undefined // tried again by the next call
      log.warn({ err: error }, 'cannot discover the OpenID provider')
      throw providerUnavailable(error)
    }
  }

  const know = async (
    config: oidc.Configuration,
    response: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers,
    subject: string,
    previous?: ProviderTokens,
  ): Promise<KnownPerson> => {
    const claims: Claims = { ...response.claims() }
    const rolesFrom = previous?.rolesFrom ?? whereRolesAre(config, claims, options.rolesClaim)
    const rest = rolesFrom === 'userinfo' ? await fetchUserInfo(config, response.access_token, subject) : {}
    const expiresIn = response.expiresIn()
    return {
      person: personOf(subject, { ...rest, ...claims }, options),
      saysRole: rolesFrom === 'userinfo' || response.id_token !== undefined,
      providerSession: typeof claims.sid === 'string' ? claims.sid : null,
      tokens: {
        idToken: response.id_token ?? previous?.idToken,
        refreshToken: response.refresh_token ?? previous?.refreshToken, // a provider may keep the old one valid
        accessToken: response.access_token,
        accessExpiresAt: expiresIn === undefined ? null : Date.now() + expiresIn * 1000,
        rolesFrom,
      },
    }
  }

  return {
    authorizationUrl: async ({ state, nonce, codeVerifier }) =>
      oidc.buildAuthorizationUrl(await configuration(), {
        redirect_uri: options.redirectUrl,
        scope: options.scopes,
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      }),
    finish: async (query, { state, nonce, codeVerifier }) => {
      const config = await configuration()
      const url = new URL(options.redirectUrl)
      url.search = query
      try {
        const response = await oidc.authorizationCodeGrant(config, url, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
          idTokenExpected: true,
        })
        return await know(config, response, response.claims()?.sub ?? '')
      } catch (error) {
        log.info({ err: error }, 'a sign-in failed')
        if (isOutage(error)) throw providerUnavailable(error)
        throw new AppError(ErrorCode.Unauthenticated, `The sign-in did not succeed${reasonOf(error)}. Try again.`, {
          cause: error,
        })
      }
    },
    askAgain: async (subject, tokens) => {
      const config = await configuration()
      try {
        if (tokens.refreshToken !== undefined) {
          const response = await oidc.refreshTokenGrant(config, tokens.refreshToken)
          const { sub = subject } = response.claims() ?? {}
          return sub === subject ? await know(config, response, subject, tokens) : undefined
        }
        // without a refresh token the person's state is unknown once the access token has expired
        if (tokens.accessExpiresAt !== null && tokens.accessExpiresAt <= Date.now()) return undefined
        const claims = await fetchUserInfo(config, tokens.accessToken, subject)
        const saysRole = tokens.rolesFrom === 'userinfo'
        return { person: personOf(subject, claims, options), saysRole, providerSession: null, tokens }
      } catch (error) {
        if (isRefusal(error)) return undefined
        throw providerUnavailable(error)
      }
    },
    endSessionUrl: async (tokens) => {
      const config = await configuration()
      if (config.serverMetadata().end_session_endpoint === undefined) return undefined
      return oidc.buildEndSessionUrl(config, {
        post_logout_redirect_uri: options.signedOutUrl,
        ...(tokens?.idToken !== undefined && { id_token_hint: tokens.idToken }),
      })
    },
  }
}

async function discover({ issuer, clientId, clientSecret }: OpenIdOptions): Promise<oidc.Configuration> {
  const isLocal = new URL(issuer).protocol === 'http:' // the setting allows it for localhost only
  const execute = [oidc.enableNonRepudiationChecks, ...(isLocal ? [oidc.allowInsecureRequests] : [])]
  return oidc.discovery(new URL(issuer), clientId, {}, clientAuthentication(clientSecret), {
    execute,
    timeout: TIMEOUT_SECONDS,
  })
}

/** The secret is sent in the body if the provider says that it accepts that, otherwise in the header, the default. */
function clientAuthentication(secret: string | undefined): oidc.ClientAuth {
  if (secret === undefined) return oidc.None()
  const [post, basic] = [oidc.ClientSecretPost(secret), oidc.ClientSecretBasic(secret)]
  return (server, ...rest) => {
    const accepted = server.token_endpoint_auth_methods_supported ?? []
    return (accepted.includes('client_secret_post') ? post : basic)(server, ...rest)
  }
}

function whereRolesAre(config: oidc.Configuration, idToken: Claims, rolesClaim: string): ProviderTokens['rolesFrom'] {
  const isInIdToken = claimAt(idToken, rolesClaim) !== undefined
  return isInIdToken || config.serverMetadata().userinfo_endpoint === undefined ? 'id token' : 'userinfo'
}

/** The provider does not accept the access token that it issued for the person. */
class AccessTokenRefused extends Error {}

/** @throws AccessTokenRefused, and the errors of the library */
async function fetchUserInfo(config: oidc.Configuration, accessToken: string, subject: string): Promise<Claims> {
  try {
    return await oidc.fetchUserInfo(config, accessToken, subject)
  } catch (error) {
    const status = statusOf(error)
    if (status === 401 || status === 403) throw new AccessTokenRefused('userinfo was refused', { cause: error })
    throw error
  }
}

/** Whether the provider refuses the person, not this client, and is not merely unwell. */
function isRefusal(error: unknown): boolean {
  return error instanceof AccessTokenRefused || (error instanceof oidc.ResponseBodyError && REFUSALS.test(error.error))
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof oidc.ResponseBodyError || error instanceof oidc.WWWAuthenticateChallengeError)
    return error.status
  return error instanceof oidc.ClientError && error.cause instanceof Response ? error.cause.status : undefined
}

function isOutage(error: unknown): boolean {
  if (error instanceof TypeError) return true // fetch failed
  return (error instanceof oidc.ClientError && error.code === 'OAUTH_TIMEOUT') || (statusOf(error) ?? 0) >= 500
}

/** The error code of the provider, such as access_denied. Its description may contain personal data. */
function reasonOf(error: unknown): string {
  const isResponse = error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError
  return isResponse && ERROR_CODE.test(error.error) ? ` (${error.error})` : ''
}

function providerUnavailable(cause: unknown): AppError {
  return new AppError(ErrorCode.Unavailable, 'The identity provider cannot be reached; try again.', {
    cause,
    retryAfterSeconds: 5,
  })
}
