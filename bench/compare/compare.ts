import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../../testkit/run-main.ts'
import { section } from '../report/markdown-table.ts'
import { median } from '../report/median.ts'
import { MIGRATE } from '../stack/checkout-database.ts'
import { startServers } from '../stack/servers.ts'
import { type ComparedLoad, type Figures, measureCheckouts } from './measure-checkouts.ts'

/** What `npm run bench -- --compare DIR` needs. */
export interface CompareOptions {
  /** This checkout and the other one. */
  readonly directories: readonly [string, string]
  readonly rounds: number
  readonly load: ComparedLoad
  readonly json: boolean
}

/** The medians of a figure over the rounds, and its ratios: that of this checkout divided by that of the other. */
export interface ComparedFigure {
  readonly name: string
  readonly medians: readonly [number, number]
  /** Of the medians. */
  readonly ratio: number
  /** Of a round. */
  readonly lowestRatio: number
  readonly highestRatio: number
}

/** Vacuum and checkpoints are part of the measurement, at its end, instead of at any time. */
const POSTGRES_SETTINGS = ['autovacuum=off', 'checkpoint_timeout=1d']

/** @throws Error when a directory is no checkout of this repository */
export function assertCheckouts(directories: readonly string[]): void {
  for (const directory of directories) {
    if (!existsSync(join(directory, MIGRATE))) throw new Error(`${directory} contains no ${MIGRATE}`)
  }
}

/** Measures two checkouts in turns on the same servers and prints the table, or JSON. */
export async function compareCheckouts(options: CompareOptions, { print, signal }: Context): Promise<void> {
  const { directories, rounds, load } = options
  const servers = await startServers(print, POSTGRES_SETTINGS)
  try {
    const [own = [], other = []] = await measureCheckouts({ servers, directories, rounds, load, print, signal })
    process.stdout.write(`${reportOf(options, compareFigures(own, other))}\n`)
  } finally {
    await servers.stop()
  }
}

/** @param own the figures of each round; as many as `other`, and with the same names */
export function compareFigures(own: readonly Figures[], other: readonly Figures[]): ComparedFigure[] {
  return Object.keys(own[0] ?? {}).map((name) => {
    const of = (rounds: readonly Figures[]) => rounds.map((figures) => figures[name] ?? Number.NaN)
    const [owns, others] = [of(own), of(other)]
    const medians = [median(owns), median(others)] as const
    const ratios = owns.map((value, round) => value / (others[round] ?? Number.NaN))
    return {
      ...{ name, medians, ratio: medians[0] / medians[1] },
      ...{ lowestRatio: Math.min(...ratios), highestRatio: Math.max(...ratios) },
    }
  })
}

/** @returns a table in Markdown, or JSON */
export function reportOf(
  { directories, rounds, load, json }: CompareOptions,
  figures: readonly ComparedFigure[],
): string {
  if (json) return JSON.stringify({ directories, rounds, load, figures })
  return section(
    `REST, 64 connections, ${load.leads.toLocaleString('en')} leads: medians of ${rounds} rounds`,
    ['', ...directories, 'ratio', 'ratios of the rounds'],
    figures.map(({ name, medians, ratio, lowestRatio, highestRatio }) => [
      ...[name, ...medians.map((value) => value.toFixed(1)), ratio.toFixed(2)],
      `${lowestRatio.toFixed(2)} to ${highestRatio.toFixed(2)}`,
    ]),
  )
}
