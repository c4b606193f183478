import type { Fuzzer } from '../fuzzer.ts'
import { connectFuzzer } from './connect.ts'
import { credentialsFuzzer } from './credentials.ts'
import { formsFuzzer } from './forms.ts'
import { grpcFuzzer } from './grpc.ts'
import { grpcClientFuzzer } from './grpc-client.ts'
import { grpcWebFuzzer } from './grpc-web.ts'
import { http2Fuzzer } from './http2.ts'
import { importFuzzer } from './imports.ts'
import { rawHttpFuzzer } from './raw-http.ts'
import { reflectionFuzzer } from './reflection.ts'
import { generateRestCall } from './rest-calls.ts'
import { generateErasure } from './rest-erasures.ts'
import { generateRestLead } from './rest-leads.ts'
import { generateRestStream } from './rest-streams.ts'

const restFuzzer: Fuzzer = {
  protocol: 'rest',
  weight: 25,
  generate: (context) => {
    const kind = context.random.integer(0, 99)
    if (kind < 58) return generateRestLead(context)
    if (kind < 93) return generateRestCall(context)
    return kind < 97 ? generateErasure(context) : generateRestStream(context)
  },
}

export const FUZZERS: readonly Fuzzer[] = [
  restFuzzer,
  formsFuzzer,
  credentialsFuzzer,
  rawHttpFuzzer,
  importFuzzer,
  connectFuzzer,
  grpcWebFuzzer,
  grpcFuzzer,
  grpcClientFuzzer,
  http2Fuzzer,
  reflectionFuzzer,
]
