import type { Usage } from './inspector.ts'

const MIB = 1024 * 1024

/** How far the median of the last third of the samples may exceed that of the first third. */
const ALLOWED = {
  heapBytes: { share: 0.1, plus: 4 * MIB },
  externalBytes: { share: 0.1, plus: 3 * MIB },
  rssBytes: { share: 0.15, plus: 20 * MIB },
  resources: { share: 0.25, plus: 30 },
} as const satisfies Record<keyof Usage, { share: number; plus: number }>

const UNITS: Readonly<Record<keyof Usage, (value: number) => string>> = {
  heapBytes: (value) => `${(value / MIB).toFixed(1)} MiB of heap`,
  externalBytes: (value) => `${(value / MIB).toFixed(1)} MiB outside the heap`,
  rssBytes: (value) => `${(value / MIB).toFixed(1)} MiB resident`,
  resources: (value) => `${value} active resources`,
}

/** Returns what grew beyond {@link ALLOWED}. The cases are shuffled, so the load is the same for every sample. */
export function findGrowth(samples: readonly Usage[]): string[] {
  if (samples.length < 9) return [] // too few to compare
  const third = Math.floor(samples.length / 3)
  return (Object.keys(ALLOWED) as (keyof Usage)[]).flatMap((kind) => {
    const [first, last] = [medianOf(samples.slice(0, third), kind), medianOf(samples.slice(-third), kind)]
    const { share, plus } = ALLOWED[kind]
    return last > first * (1 + share) + plus ? [`from ${UNITS[kind](first)} to ${UNITS[kind](last)}`] : []
  })
}

export function describeMemory(samples: readonly Usage[]): string {
  const third = Math.max(1, Math.floor(samples.length / 3))
  const shown = (Object.keys(ALLOWED) as (keyof Usage)[]).map(
    (kind) =>
      `${UNITS[kind](medianOf(samples.slice(0, third), kind))} → ${UNITS[kind](medianOf(samples.slice(-third), kind))}`,
  )
  return shown.join(', ')
}

function medianOf(samples: readonly Usage[], kind: keyof Usage): number {
  const sorted = samples.map((sample) => sample[kind]).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
