import { readdir, readFile } from 'node:fs/promises'

export interface WatchedProcess {
  readonly name: string
  readonly pid: number
  /** Set for PostgreSQL, which has a child process per connection. */
  readonly withChildren: boolean
}

/** The usage of a process since its start, with that of watched children. */
interface ProcessUsage {
  readonly cpuSeconds: number
  /** Proportional set size (PSS). */
  readonly memoryMiB: number
}

/** By process name; undefined on systems other than Linux. */
export type Usage = ReadonlyMap<string, ProcessUsage> | undefined

/** Of /proc/<pid>/stat; the same on every Linux that Node supports. */
const TICKS_PER_SECOND = 100

export async function readUsage(processes: readonly WatchedProcess[]): Promise<Usage> {
  if (process.platform !== 'linux') return undefined
  const all = await readStats()
  const entries = await Promise.all(
    processes.map(async ({ name, pid, withChildren }) => [name, await usageOf(pid, withChildren, all)] as const),
  )
  return new Map(entries)
}

interface Stat {
  readonly pid: number
  readonly parent: number
  readonly ticks: number
  /** Of children that have exited. */
  readonly childTicks: number
}

async function usageOf(pid: number, withChildren: boolean, all: readonly Stat[]): Promise<ProcessUsage> {
  const own = all.filter((stat) => stat.pid === pid || (withChildren && stat.parent === pid))
  const ticks = own.reduce((sum, stat) => sum + stat.ticks + (withChildren ? stat.childTicks : 0), 0)
  const memories = await Promise.all(own.map((stat) => memoryMiB(stat.pid)))
  return {
    cpuSeconds: ticks / TICKS_PER_SECOND,
    memoryMiB: memories.reduce((sum, memory) => sum + memory, 0),
  }
}

async function readStats(): Promise<Stat[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0)
  const stats = await Promise.all(pids.map(readStat))
  return stats.filter((stat) => stat !== undefined)
}

async function readStat(pid: number): Promise<Stat | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (stat === undefined) return undefined // it has just exited
  // proc(5): "123 (name) S 1 …", where the name can contain any character. The fields after the name are state, ppid, …;
  // from the 12th: utime, stime, cutime, cstime
  const words = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = words.slice(11, 15)
  return { pid, parent: words[1] ?? 0, ticks: utime + stime, childTicks: cutime + cstime }
}

async function memoryMiB(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) / 1024
}
