import { z } from 'zod'
import { timeField } from '../../../contract/rest-fields.ts'
import { ROLE_SCOPES, type Role, Scope } from '../../../lib/auth/scopes.ts'
import { SignInMethod } from './sign-in.ts'

/* Sessions in requests and responses, as the OpenAPI document describes them. */

const userSchema = z
  .object({
    id: z.string().meta({ description: '`user:<id>` or `key:<id>`, as the actor of the audit log.' }),
    name: z.string().nullable().meta({ description: 'As the identity provider says it; null with an API key.' }),
  })
  .meta({ id: 'SessionUser' })

export const sessionSchema = z
  .object({
    signed_in: z.boolean(),
    sign_in: z.enum(SignInMethod).meta({
      id: 'SignInMethod',
      description:
        'How people sign in here. `oidc`: open `/auth/sign-in`; `api_key`: `POST /auth/sign-in`; `off`: they need not, ' +
        'because authentication is off.',
    }),
    user: userSchema.nullable(),
    role: z
      .enum(Object.keys(ROLE_SCOPES) as Role[])
      .nullable()
      .meta({ description: 'Null with an API key.' }),
    scopes: z.array(z.enum(Scope).meta({ id: 'Scope', description: 'What a session permits.' })),
    expires_at: timeField.nullable().meta({ description: 'When the session ends unless it is used.' }),
    ends_at: timeField.nullable().meta({ description: 'When the session ends even if it is used.' }),
  })
  .meta({
    id: 'Session',
    description: 'Who is signed in. Without a session all fields but the first two are null or empty.',
    examples: [
      {
        signed_in: true,
        sign_in: 'oidc',
        user: { id: 'user:8f14e45f', name: 'Ada Lovelace' },
        role: 'agent',
        scopes: ['leads:read', 'leads:write', 'insights:read', 'insights:write'],
        expires_at: '2026-01-31T12:00:00.000Z',
        ends_at: '2026-01-31T20:00:00.000Z',
      },
    ],
  })

/** `signInWithKey` validates it. */
export const keySignInSchema = z
  .strictObject({ api_key: z.string().max(200).meta({ description: 'A secret API key.' }) })
  .meta({ id: 'KeySignIn', examples: [{ api_key: 'lt_sk_<48 hex digits>_<8 hex digits>' }] })

export const signedOutSchema = z
  .object({
    end_session_url: z.string().nullable().meta({
      description: 'Where to sign out of the identity provider as well; null if there is nothing to sign out of.',
      format: 'uri',
    }),
  })
  .meta({ id: 'SignedOut', examples: [{ end_session_url: 'https://id.example.com/logout?client_id=leadtriage' }] })
