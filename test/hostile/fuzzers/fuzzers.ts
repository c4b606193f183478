import type { Fuzzer } from '../fuzzer.ts'
import { connectFuzzer } from './connect.ts'
import { grpcFuzzer } from './grpc.ts'
import { grpcClientFuzzer } from './grpc-client.ts'
import { grpcWebFuzzer } from './grpc-web.ts'
import { http2Fuzzer } from './http2.ts'
import { importFuzzer } from './imports.ts'
import { rawHttpFuzzer } from './raw-http.ts'
import { reflectionFuzzer } from './reflection.ts'
import { generateRestCall } from './rest-calls.ts'
import { generateRestLead } from './rest-leads.ts'

const restFuzzer: Fuzzer = {
  protocol: 'rest',
  weight: 25,
  generate: (context) => (context.random.chance(0.65) ? generateRestLead(context) : generateRestCall(context)),
}

export const FUZZERS: readonly Fuzzer[] = [
  restFuzzer,
  rawHttpFuzzer,
  importFuzzer,
  connectFuzzer,
  grpcWebFuzzer,
  grpcFuzzer,
  grpcClientFuzzer,
  http2Fuzzer,
  reflectionFuzzer,
]
