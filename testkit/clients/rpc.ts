import type { Transport } from '@connectrpc/connect'
import { ConnectError } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node'
import {
  createConnectTransport as createWebConnectTransport,
  createGrpcWebTransport as createWebGrpcWebTransport,
} from '@connectrpc/connect-web'
import { ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb.ts'

/** The public clients of every RPC protocol, by name. */
export const TRANSPORTS: readonly (readonly [name: string, transport: (baseUrl: string) => Transport])[] = [
  ['Connect, browser client', (baseUrl) => createWebConnectTransport({ baseUrl })],
  [
    'Connect, browser client, binary and GET',
    (baseUrl) => createWebConnectTransport({ baseUrl, useBinaryFormat: true, useHttpGet: true }),
  ],
  ['gRPC-Web, browser client', (baseUrl) => createWebGrpcWebTransport({ baseUrl })],
  ['Connect, Node', (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '1.1' })],
  ['gRPC-Web, Node', (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: '1.1' })],
  ['gRPC, Node', (baseUrl) => createGrpcTransport({ baseUrl })],
]

/** Returns the error that a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<ConnectError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof ConnectError) return error
  throw new Error('the call did not fail with a ConnectError', { cause: error })
}

/** The reason in the google.rpc.ErrorInfo of an error. */
export function reasonOf(error: ConnectError): string | undefined {
  return error.findDetails(ErrorInfoSchema)[0]?.reason
}
