import { withoutPersonalData } from '../leads/lead-insight.ts'

/** Computes something once for each object that is sent to many watchers. */
export function oncePer<Key extends object, T>(compute: (key: Key) => T): (key: Key) => T {
  const known = new WeakMap<Key, { readonly value: T }>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined) return found.value
    const value = compute(key)
    known.set(key, { value })
    return value
  }
}

/** The row without personal data; the same object for all watchers. */
export const redacted = oncePer(withoutPersonalData)
