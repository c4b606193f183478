/**
 * For every Node process of a run alike: the services, the layers, the peers and the load generator. It is what the image
 * gives the services, room for new objects beyond V8's default, so that fewer of them are copied before they die.
 */
export const NODE_ARGS: readonly string[] = ['--max-semi-space-size=64']

/** A profile may be wanted: `NODE_OPTIONS='--cpu-prof --cpu-prof-dir=…'` reaches every process that works. */
export function environmentForNode(): NodeJS.ProcessEnv {
  const { PATH, NODE_OPTIONS } = process.env
  return { PATH, ...(NODE_OPTIONS !== undefined && { NODE_OPTIONS }) }
}
