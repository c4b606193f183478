import { stringify } from 'yaml'
import { createSecrets, toManifests } from './secrets.ts'

/** Prints every secret that an installation needs, new ones at each call. */
const [namespace = 'leadtriage'] = process.argv.slice(2)
const documents = toManifests(createSecrets(), namespace).map((manifest) => stringify(manifest))
process.stdout.write(documents.join('---\n'))
