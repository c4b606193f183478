import { join } from 'node:path'

/**
 * For every Node process of a run alike: the services, the layers, the peers and the load generator. It is what the image
 * gives the services, room for new objects beyond V8's default, so that fewer of them are copied before they die.
 */
export const NODE_ARGS: readonly string[] = ['--max-semi-space-size=64']

/**
 * For services, layers and peers alike, as the image has it: compiled code is kept, so that they start sooner.
 * A profile may be wanted: `NODE_OPTIONS='--cpu-prof --cpu-prof-dir=…'` reaches every process that works.
 *
 * @param scratchDir a folder of this run alone
 */
export function environmentForNode(scratchDir: string): NodeJS.ProcessEnv {
  const { PATH, NODE_OPTIONS } = process.env
  const NODE_COMPILE_CACHE = join(scratchDir, 'compile-cache')
  return { PATH, NODE_COMPILE_CACHE, ...(NODE_OPTIONS !== undefined && { NODE_OPTIONS }) }
}
