import type { Context, Counts } from '../../testkit/run-main.ts'
import { runMain } from '../../testkit/run-main.ts'
import type { Project } from './project.ts'
import { createProject } from './project.ts'
import { Skipped, STEPS } from './steps.ts'

const USAGE = `npm run test:compose
Builds the image, starts docker-compose.yml as it is, and runs through what operators do and what fails in production.
Needs a Docker engine, and the images that docker-compose.yml names or others in BASE_IMAGE, POSTGRES_IMAGE and NATS_IMAGE.
Removes everything but the image.
`

function parseOptions(args: readonly string[]): undefined {
  if (args[0] !== undefined) throw new Error(`unknown argument ${args[0]}`)
}

async function main(_options: undefined, { print, signal }: Context): Promise<Counts> {
  const project = await createProject(print, signal)
  const counts = { passed: 0, failed: 0, skipped: 0 }
  const report = async (name: string, run: () => Promise<string>): Promise<void> => {
    const [outcome, what] = await outcomeOf(run)
    counts[outcome] += 1
    print(`${outcome === 'passed' ? 'ok    ' : outcome.toUpperCase()} ${name}: ${what}`)
  }
  try {
    for (const step of STEPS) {
      if (signal.aborted) break
      await report(step.name, () => step.run(project, signal))
      if (counts.failed > 0) {
        print((await project.compose('logs', '--tail=20').catch(() => '')).trimEnd())
        break // the next steps depend on this one
      }
    }
  } finally {
    await report('everything is removed', () => removeAll(project))
  }
  return counts
}

async function outcomeOf(run: () => Promise<string>): Promise<[keyof Counts, string]> {
  try {
    return ['passed', await run()]
  } catch (error) {
    if (error instanceof Skipped) return ['skipped', error.message]
    return ['failed', error instanceof Error ? error.message : String(error)]
  }
}

async function removeAll(project: Project): Promise<string> {
  const left = await project.remove()
  if (left.length > 0) throw new Error(`not removed: ${left.join(' ')}`)
  return 'nothing is left'
}

await runMain({ usage: USAGE, parseOptions, main })
