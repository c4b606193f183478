import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { drawScaling } from './picture.ts'
import { readScaledObject } from './scaled-object.ts'
import { outcomeOf, simulate } from './simulate.ts'

/** Throughput of one worker with the rule analyzer on its own core; docs/performance.md has the measurement. */
const LEADS_PER_SECOND = 5_000
const CPU_SECONDS_PER_LEAD = 90e-6
/** A worker has 1,024 leads in flight, and the queue holds another tenth of a second's work. */
const BUSY_LAG = 1_500
/** From the scaling decision until a new worker is ready, with the image on the node. */
const POD_START_SECONDS = 20
const BEFORE_SECONDS = 60
const PICTURE = path.join(import.meta.dirname, '../../docs/pictures/scaling.svg')

const { values } = parseArgs({
  options: {
    'leads-per-second': { type: 'string', default: String(LEADS_PER_SECOND) },
    'cpu-seconds-per-lead': { type: 'string', default: String(CPU_SECONDS_PER_LEAD) },
    'pod-start-seconds': { type: 'string', default: String(POD_START_SECONDS) },
    'usual-load': { type: 'string', default: '3000' },
    'burst-load': { type: 'string', default: '25000' },
    'burst-seconds': { type: 'string', default: '900' },
    'run-seconds': { type: 'string', default: '3600' },
    'busy-lag': { type: 'string', default: String(BUSY_LAG) },
    'lag-threshold': { type: 'string' },
  },
})
const settings = readScaledObject()
const lagThreshold = Number(values['lag-threshold'] ?? settings.lagThreshold)
const usual = Number(values['usual-load'])
const burst = Number(values['burst-load'])
const burstEndsAt = BEFORE_SECONDS + Number(values['burst-seconds'])
const scenario = {
  leadsPerSecond: Number(values['leads-per-second']),
  busyLag: Number(values['busy-lag']),
  cpuSecondsPerLead: Number(values['cpu-seconds-per-lead']),
  podStartSeconds: Number(values['pod-start-seconds']),
  arrivals: (second: number) => (second >= BEFORE_SECONDS && second < burstEndsAt ? burst : usual),
  seconds: Number(values['run-seconds']),
}
const { minReplicas } = settings
const runs = {
  'scaled by lag': simulate({ ...scenario, settings: { ...settings, lagThreshold } }),
  [`always ${minReplicas} workers`]: simulate({
    ...scenario,
    settings: { ...settings, maxReplicas: minReplicas },
  }),
}

for (const [name, samples] of Object.entries(runs)) {
  const { drainSeconds, mostWorkers, longestWaitSeconds, mostWaiting } = outcomeOf(samples, burstEndsAt)
  const drained = drainSeconds === undefined ? 'not drained at the end' : `drained ${drainSeconds} s after the burst`
  process.stdout.write(
    `${name}: ${drained}; at most ${mostWorkers} workers, ${mostWaiting} leads waiting, ${longestWaitSeconds} s of waiting\n`,
  )
}
const title = `${burst} leads per second for ${values['burst-seconds']} s, ${usual} otherwise`
mkdirSync(path.dirname(PICTURE), { recursive: true })
writeFileSync(PICTURE, drawScaling(title, runs))
process.stdout.write(`wrote ${path.relative(process.cwd(), PICTURE)}\n`)
