import { randomInt } from 'node:crypto'
import { portError } from '../embedded/ports.ts'

/**
 * Returns a free port below the range from which the system takes the ports of outgoing connections. While a server is
 * down, no outgoing connection can take its port, not even one that connects to itself.
 */
export async function nonEphemeralPort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000)
    if ((await portError('127.0.0.1', port)) === undefined) return port
  }
}

/** Returns the first of `length` consecutive free ports. */
export async function freePortRange(length: number): Promise<number> {
  for (let first = 21_000; first < 30_000; first += length) {
    const faults = await Promise.all(Array.from({ length }, (_, index) => portError('127.0.0.1', first + index)))
    if (faults.every((fault) => fault === undefined)) return first
  }
  throw new Error(`there are no ${length} consecutive free ports`)
}
