import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SERVICE_NAMES } from '../../db/service-logins.ts'
import { spawnNode } from '../../embedded/node-process.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { serviceEnv } from '../../testkit/services/service.ts'
import { assembleImage, productionPackages, readDockerfile } from './assemble-image.ts'

/*
 * Builds the content of the image in a folder, without Docker, and runs what the Dockerfile runs and what its comments
 * name: a file or a package that the image lacks makes them fail. `npm run test:compose` builds the image itself.
 */

const run = promisify(execFile)
const stack = useStack()
const description = readDockerfile()
const app = mkdtempSync(path.join(realpathSync(tmpdir()), 'leadtriage-image-'))
beforeAll(() => assembleImage(app, description), 120_000)
afterAll(() => rmSync(app, { recursive: true }))

const node = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  run(process.execPath, args, { cwd: app, env: { PATH: process.env.PATH, ...env } })

test('the Dockerfile is read as it is meant', () => {
  expect(description.copied).toEqual(expect.arrayContaining(['package.json', 'cli', 'gen', 'lib', 'services']))
  expect(description.deleted.length).toBeGreaterThan(0)
  expect(description.deletedEndings).toContain('.map')
  expect(description.buildArgs.join(' ')).toContain('services/intake/main.ts')
  expect(description.healthCheck).toMatch(/\.ts$/)
})

test('every path of packages that the build deletes is there: `rm` fails on others', () => {
  const installed = productionPackages()
  for (const folder of description.deleted) {
    if (folder === 'node_modules/.package-lock.json') continue // npm writes it
    expect(
      installed.some((one) => one === folder || one.startsWith(`${folder}/`)),
      folder,
    ).toBe(true)
  }
})

test('everything that the Dockerfile copies is in the build context', () => {
  const ignored = readFileSync(new URL('../../.dockerignore', import.meta.url), 'utf8').split('\n')
  const permitted = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1).replace(/\/$/, ''))
  expect(permitted).toEqual(expect.arrayContaining([...description.copied]))
})

describe('with the files of the image alone', () => {
  test('the build step that loads the services and the migration succeeds', async () => {
    const args = description.buildArgs.map((arg) => arg.replaceAll('/app/', `${app}/`))
    await expect(node(args)).resolves.toBeDefined()
  })

  test('the migration runs', async () => {
    const { stdout } = await node(['db/migrate.ts'], { DATABASE_URL: stack.ownerUrl })
    expect(stdout).toMatch(/^schema is at version \d+$/m)
  })

  test('the commands that need no server show their help', async () => {
    expect((await node(['cli/leadtriage.ts', 'keys', '--help'])).stdout).toContain('--bootstrap')
    expect((await node(['cli/leadtriage.ts', 'import', '--help'])).stdout).toContain('FILE')
  })

  test.each(SERVICE_NAMES)('%s starts, passes its health check and serves its API documents', async (name) => {
    const { natsUrl, namespace } = stack
    const { promise: url, resolve } = Promise.withResolvers<string>()
    const lines: string[] = []
    const service = spawnNode({
      main: path.join(app, `services/${name}/main.ts`),
      env: serviceEnv(name, { databaseUrl: stack.serviceUrls[name], natsUrl, namespace }),
      stopSteps: [{ signal: 'SIGTERM', graceMs: 20_000 }],
      onLine: (line) => {
        lines.push(line)
        const found = /"url":"(http:[^"]+)"/.exec(line)?.[1]
        if (found) resolve(found)
      },
    })
    try {
      const ended = service.exited.then(() => Promise.reject(new Error(lines.join('\n'))))
      const base = await Promise.race([url, ended])
      for (const file of ['/healthz', '/openapi.json', '/docs/', '/docs/static/swagger-ui-bundle.js']) {
        expect((await fetch(`${base}${file}`)).status, file).toBe(200)
      }
      await node([description.healthCheck, `${base}/healthz`])
    } finally {
      await service.stop()
    }
  })
})
