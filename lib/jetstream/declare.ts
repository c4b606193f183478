import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { ConsumerConfig, JetStreamManager, StreamConfig } from '@nats-io/jetstream'
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream'

/*
 * Creates missing streams and consumers and updates those that differ. Invariants:
 *  1. A missing stream or consumer is created only if it is still missing after a random delay. Several processes
 *     notice a deletion simultaneously; only the first to wake up creates. The delay also lets the server finish a
 *     deletion: a stream's name is free before its directory is removed, and a stream created in between loses its
 *     files and never delivers (seen on nats-server 2.9.10), or inherits the state of the deleted consumer (2.10.29).
 *  2. Concurrent creations succeed for both processes.
 */

/** Delay between the first check and the second, in milliseconds. */
export interface CreationDelays {
  stream(): number
  consumer(): number
}

/**
 * A deleted stream's directory is removed within tens of milliseconds unless the disk is overloaded. A consumer needs
 * less: it only has to miss the moment in which its stream is being created, by this process or another.
 */
export const CREATION_DELAYS: CreationDelays = {
  stream: () => randomInt(250, 1_000),
  consumer: () => randomInt(50, 300),
}

/** @param onCreate settings for a new stream only; an existing one is not compared with them */
export async function ensureStream(
  manager: JetStreamManager,
  config: Partial<StreamConfig> & { name: string },
  delays: CreationDelays,
  onCreate: Partial<StreamConfig> = {},
): Promise<void> {
  const find = () => unlessNotFound(manager.streams.info(config.name))
  let info = await find()
  if (info === undefined) {
    await sleep(delays.stream())
    info = await find() // 1
  }
  if (info === undefined) {
    try {
      await manager.streams.add({ ...config, ...onCreate })
      return
    } catch (error) {
      info = await find() // 2: another process was faster, with different `onCreate` settings
      if (info === undefined) throw error
    }
  }
  // a no-op update would still require consensus in a cluster
  if (differs(config, info.config)) await manager.streams.update(config.name, config)
}

/** @param config the settings that can be updated, unlike the name and those of `onCreate` */
export async function ensureConsumer(
  manager: JetStreamManager,
  stream: string,
  name: string,
  config: Partial<ConsumerConfig>,
  delays: CreationDelays,
  onCreate: Partial<ConsumerConfig>,
): Promise<void> {
  const find = () => unlessNotFound(manager.consumers.info(stream, name))
  let info = await find()
  if (info === undefined) {
    await sleep(delays.consumer())
    info = await find() // 1
  }
  if (info === undefined) await manager.consumers.add(stream, { ...config, ...onCreate, durable_name: name })
  else if (differs(config, info.config)) await manager.consumers.update(stream, name, config)
}

/** Whether the server has a different value for one of the `wanted` settings. */
function differs(wanted: object, actual: object): boolean {
  const settings = new Map(Object.entries(actual))
  return Object.entries(wanted).some(([name, value]) => !isDeepStrictEqual(settings.get(name), value))
}

async function unlessNotFound<T>(info: Promise<T>): Promise<T | undefined> {
  try {
    return await info
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Whether the server replied that a stream or consumer does not exist. */
export function isMissing(error: unknown): boolean {
  return (
    error instanceof JetStreamApiError &&
    (error.code === JetStreamApiCodes.StreamNotFound || error.code === JetStreamApiCodes.ConsumerNotFound)
  )
}
