import type { Attacker } from '../attack.ts'
import { connectAttacker } from './connect.ts'
import { grpcAttacker } from './grpc.ts'
import { grpcClientAttacker } from './grpc-client.ts'
import { grpcWebAttacker } from './grpc-web.ts'
import { http2Attacker } from './http2.ts'
import { importAttacker } from './imports.ts'
import { rawHttpAttacker } from './raw-http.ts'
import { reflectionAttacker } from './reflection.ts'
import { restAttacker } from './rest.ts'

export const ATTACKERS: readonly Attacker[] = [
  restAttacker,
  rawHttpAttacker,
  importAttacker,
  connectAttacker,
  grpcWebAttacker,
  grpcAttacker,
  grpcClientAttacker,
  http2Attacker,
  reflectionAttacker,
]
