import { create } from '@bufbuild/protobuf'
import type { HealthCheckRequest, HealthCheckResponse } from '../../../gen/health/v1/health_pb.ts'
import {
  HealthCheckResponseSchema,
  HealthListResponseSchema,
  Health as HealthService,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '../../../gen/health/v1/health_pb.ts'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import type { Health } from '../health.ts'
import type { CallContext } from '../rpc.ts'
import type { Message } from './call.ts'
import type { GrpcMethod } from './methods.ts'

/** The methods of grpc.health.v1.Health, for the whole server ("") and each of its services. */
export function healthMethods(health: Health): GrpcMethod[] {
  const statusOf = (service: string): ServingStatus => {
    if (!health.names.includes(service)) return ServingStatus.SERVICE_UNKNOWN
    return health.isServing ? ServingStatus.SERVING : ServingStatus.NOT_SERVING
  }
  const answer = (status: ServingStatus) => create(HealthCheckResponseSchema, { status })

  /** Yields the current status and every change. A slow client skips outdated statuses. */
  async function* watch({ service }: HealthCheckRequest, signal: AbortSignal): AsyncIterable<HealthCheckResponse> {
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
    let sent: ServingStatus | undefined
    while (!signal.aborted) {
      const changed = health.changed() // before the status is read
      const status = statusOf(service)
      if (status !== sent) yield answer(status)
      sent = status
      await Promise.race([changed, aborted])
    }
  }

  return [
    {
      descriptor: HealthService.method.check,
      handle: async (request: Message) => {
        const { service } = request as HealthCheckRequest
        const status = statusOf(service)
        if (status !== ServingStatus.SERVICE_UNKNOWN) return answer(status)
        throw new AppError(ErrorCode.ServiceNotFound, `No such service: ${service}.`)
      },
    },
    {
      descriptor: HealthService.method.list,
      handle: async () => {
        const statuses = Object.fromEntries(health.names.map((name) => [name, answer(statusOf(name))]))
        return create(HealthListResponseSchema, { statuses })
      },
    },
    {
      descriptor: HealthService.method.watch,
      handle: (request: Message, { signal }: CallContext) => watch(request as HealthCheckRequest, signal),
    },
  ]
}
