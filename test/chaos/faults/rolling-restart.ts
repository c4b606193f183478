import type { Fault } from './fault.ts'

/** A new process for each old one, which is stopped when its successor is ready. */
export const rollingRestart: Fault = {
  name: 'rolling-restart',
  oneRetryIsEnough: true,
  inject: async ({ intakes, triages, insights }, random, signal) => {
    for (const supervised of random.shuffled([...intakes, ...triages, insights])) {
      signal.throwIfAborted()
      const code = await supervised.roll()
      if (code !== 0) throw new Error(`${supervised.name} ended with exit code ${code} when it was told to stop`)
    }
  },
}
