import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { nameOf, ofKind, type PolicyCheck, workloadsOf } from '../manifests.ts'

/** A name that suggests a secret, with a plain-text value instead of a variable. */
const SECRET_IN_CLEAR = /(?:password|passwd|secret|token|api_?key)["']?\s*[:=]\s*["']?(?![\s"'$])[^\s"',}]{3,}/i
/** A URL with a plain-text password. */
const CREDENTIALS_IN_URL = /[a-z]+:\/\/[^\s:/@]+:(?!\$\(|PASSWORD\b)[^\s:/@]+@/i

/** The committed manifests contain no secrets: no Secret objects, and none in settings, files or variables. */
export const noSecrets: PolicyCheck = (manifests) => {
  const committed = manifests.filter(({ kind }) => kind === 'Secret').map((one) => `${nameOf(one)} is committed`)
  const settings = ofKind<IConfigMap>(manifests, 'ConfigMap').flatMap(({ kind, metadata, data = {} }) =>
    Object.entries(data).map(([key, value]) => ({
      where: `${kind} ${metadata.name}, ${key}`,
      text: `${key}=${value}`,
    })),
  )
  const variables = workloadsOf(manifests).flatMap(({ manifest, pod }) =>
    pod.containers.flatMap(({ env = [] }) =>
      env.map(({ name, value = '' }) => ({ where: `${nameOf(manifest)}, ${name}`, text: `${name}=${value}` })),
    ),
  )
  const found = [...settings, ...variables].filter(
    ({ text }) => SECRET_IN_CLEAR.test(withoutComments(text)) || CREDENTIALS_IN_URL.test(withoutComments(text)),
  )
  return [...committed, ...found.map(({ where }) => `${where} contains a secret`)]
}

function withoutComments(text: string): string {
  return text.replaceAll(/^\s*#.*$/gm, '')
}
