import { createGrpcTransport } from '@connectrpc/connect-node'
import type { TransportFactory } from './create-leadtriage.ts'

/*
 * The entry `@leadtriage/client/node`: what needs Node and @connectrpc/connect-node, which is an optional peer. It is
 * not part of the main entry, so that browsers do not load it.
 */

/** gRPC over HTTP/2, with one connection to each service, which is opened when needed. Ignores `fetch`. */
export const grpc: TransportFactory = ({ baseUrl }) => createGrpcTransport({ baseUrl })
