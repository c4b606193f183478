import type { Random } from '../random.ts'

/** The current addresses of intake, as a load balancer has them. */
export interface Addresses {
  add(url: string): void
  remove(url: string): void
  /** A random address; undefined when there is none. */
  any(random: Random): string | undefined
  /** A random address other than `url`, if there is one. */
  anyBut(url: string | undefined, random: Random): string | undefined
}

export function createAddresses(): Addresses {
  const urls: string[] = []
  const any = (random: Random) => (urls.length > 0 ? random.pick(urls) : undefined)
  return {
    add: (url) => urls.push(url),
    remove: (url) => {
      const index = urls.indexOf(url)
      if (index >= 0) urls.splice(index, 1)
    },
    any,
    anyBut: (url, random) => {
      const others = urls.filter((other) => other !== url)
      return others.length > 0 ? random.pick(others) : any(random)
    },
  }
}
