import { z } from 'zod'

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]'])

/** A URL with https, or with http on this machine: keys and tokens that cross a network must not be changed on the way. */
export function secureUrlSetting(example: string) {
  return z
    .string()
    .refine(isSecureUrl, { error: `must be a URL such as ${example}; http is allowed for localhost only` })
}

function isSecureUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password, hash } = new URL(text)
  const isPlain = username === '' && password === '' && hash === ''
  return isPlain && (protocol === 'https:' || (protocol === 'http:' && LOOPBACK_HOSTS.has(hostname)))
}
