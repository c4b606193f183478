import { stringify } from 'yaml'
import { createSecrets, toManifests } from './secrets.ts'

/** The command `npm run create-secrets [namespace]`: prints manifests of all secrets, with new passwords on each run. */
const [namespace = 'leadtriage'] = process.argv.slice(2)
const documents = toManifests(createSecrets(), namespace).map((manifest) => stringify(manifest))
process.stdout.write(documents.join('---\n'))
