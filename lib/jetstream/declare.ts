import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { ConsumerConfig, JetStreamManager, StreamConfig } from '@nats-io/jetstream'
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream'

/*
 * Creates streams and consumers that are missing, and updates those that differ. Invariants:
 *  1. What is missing is looked for a second time, after a random wait, before it is created. Several processes notice a
 *     deletion at the same moment; only the first to wake creates. A stream that was just deleted needs the wait for
 *     itself: its name is free before its folder is gone, and a stream that is created meanwhile loses its files and
 *     delivers nothing for ever (seen on nats-server 2.9.10), or inherits the state of the deleted consumer (2.10.29).
 *  2. Two creations at once end well for both processes.
 */

/** How long to wait between the first look and the second, in milliseconds. */
export interface CreationDelays {
  stream(): number
  consumer(): number
}

/**
 * The folder of a deleted stream is gone within some ten milliseconds on a disk that is not overloaded. A consumer waits
 * less: it only has to miss the moment in which its stream is being created, by this process or another.
 */
export const CREATION_DELAYS: CreationDelays = {
  stream: () => randomInt(250, 1_000),
  consumer: () => randomInt(50, 300),
}

/** @param onCreate settings of a new stream that are never compared with those of an existing one */
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
      info = await find() // 2: another process was faster, with other settings of `onCreate`
      if (info === undefined) throw error
    }
  }
  // an update that changes nothing still needs an agreement among the servers of a cluster
  if (differs(config, info.config)) await manager.streams.update(config.name, config)
}

/** @param config the settings that may be changed later; the name and those of `onCreate` may not */
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

/** Whether the server has another value for one of the settings that we name. */
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

/** Whether the server said that a stream or a consumer is not there. */
export function isMissing(error: unknown): boolean {
  return (
    error instanceof JetStreamApiError &&
    (error.code === JetStreamApiCodes.StreamNotFound || error.code === JetStreamApiCodes.ConsumerNotFound)
  )
}
