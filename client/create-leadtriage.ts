import { createClient, type Transport } from '@connectrpc/connect'
import { createGrpcWebTransport } from '@connectrpc/connect-web'
import { InsightsService } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { IntakeService } from '../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { createBinaryConnectTransport } from './connect-transport.ts'
import { createInsights, type Insights } from './insights.ts'
import { createLeads, type Leads } from './leads.ts'
import { createCaller } from './retry.ts'

/** Builds the transport of one service. */
export type TransportFactory = (options: {
  readonly baseUrl: string
  readonly fetch?: typeof globalThis.fetch
}) => Transport

export interface LeadtriageOptions {
  /** The base URL of intake, for example `https://intake.example.com`. */
  readonly intakeUrl: string
  /** The base URL of insights. */
  readonly insightsUrl: string
  /**
   * An API key or an access token; a function is called for each attempt. Default: none, for services with `AUTH=off`
   * and for pages with the cookie of a session.
   */
  readonly apiKey?: string | (() => string | Promise<string>) | undefined
  /** Default: {@link connect}. `grpcWeb` is another, and `grpc` of `@leadtriage/client/node`. */
  readonly transport?: TransportFactory | undefined
  /** The deadline of a call with its retries. Default: 30 s. */
  readonly timeoutMs?: number | undefined
  /** The deadline of one attempt. Default: 10 s. */
  readonly attemptTimeoutMs?: number | undefined
  /** How many attempts may follow the first one. Default: 5. */
  readonly retries?: number | undefined
  /** Used by {@link connect} and {@link grpcWeb}. Default: the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

export interface Leadtriage {
  readonly leads: Leads
  readonly insights: Insights
}

/** The Connect protocol over fetch, with binary messages: they let a newer client call an older service. */
export const connect: TransportFactory = createBinaryConnectTransport

/** gRPC-Web over fetch. */
export const grpcWeb: TransportFactory = (options) => createGrpcWebTransport({ ...options, useBinaryFormat: true })

/** Creates a client. It holds no connection of its own and needs no end. */
export function createLeadtriage(options: LeadtriageOptions): Leadtriage {
  const { apiKey, transport = connect, fetch, timeoutMs = 30_000, attemptTimeoutMs = 10_000, retries = 5 } = options
  const headers = async (): Promise<Record<string, string>> => {
    const key = typeof apiKey === 'function' ? await apiKey() : apiKey
    return key === undefined ? {} : { authorization: `Bearer ${key}` }
  }
  const call = createCaller({ timeoutMs, attemptTimeoutMs, retries, headers })
  const transportOf = (baseUrl: string) => transport({ baseUrl, ...(fetch && { fetch }) })
  return {
    leads: createLeads(createClient(IntakeService, transportOf(options.intakeUrl)), call),
    insights: createInsights(createClient(InsightsService, transportOf(options.insightsUrl)), call, {
      headers,
      retries,
    }),
  }
}
