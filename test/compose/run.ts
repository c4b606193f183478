import { listenForSignals } from '../../embedded/signals.ts'
import { createProject } from './project.ts'
import type { Step } from './steps.ts'
import { Skipped, STEPS } from './steps.ts'

/*
 * Builds the image, brings docker-compose.yml up as it is, and does to it what operators do and what machines do to them.
 * Needs a Docker engine, and the images that it names or others in their place: BASE_IMAGE, POSTGRES_IMAGE, NATS_IMAGE.
 * Leaves nothing behind but the image.
 */

const say = (line: string) => void process.stdout.write(`${line}\n`)

const signal = listenForSignals(say)
const counts = { passed: 0, failed: 0, skipped: 0 }
const project = await createProject(say, signal)

async function outcomeOf(run: Step['run']): Promise<[keyof typeof counts, string]> {
  try {
    return ['passed', await run(project, signal)]
  } catch (error) {
    if (error instanceof Skipped) return ['skipped', error.message]
    return ['failed', error instanceof Error ? error.message : String(error)]
  }
}

function report(name: string, outcome: keyof typeof counts, what: string): void {
  counts[outcome] += 1
  say(`${outcome === 'passed' ? 'ok    ' : outcome.toUpperCase()} ${name}: ${what}`)
}

async function removeAll(): Promise<string> {
  const left = await project.remove()
  if (left.length > 0) throw new Error(`left behind: ${left.join(' ')}`)
  return 'nothing is left'
}

try {
  for (const step of STEPS) {
    if (signal.aborted) break
    report(step.name, ...(await outcomeOf(step.run)))
    if (counts.failed > 0) {
      say((await project.compose('logs', '--tail=20').catch(() => '')).trimEnd())
      break // the next steps stand on this one
    }
  }
} finally {
  report('all of it goes away again', ...(await outcomeOf(removeAll)))
}
say(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exitCode = counts.failed === 0 && !signal.aborted ? 0 : 1
