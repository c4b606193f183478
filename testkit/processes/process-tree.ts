import { readdir, readFile } from 'node:fs/promises'
import { trySignal } from '../../embedded/processes.ts'
import { runProgram } from '../../embedded/run-program.ts'

/** Sends a signal to a process and its children, to the parent first, so that it starts no new ones meanwhile. */
export async function signalTree(pid: number, signal: NodeJS.Signals): Promise<void> {
  const children = await childrenOf(pid)
  trySignal(pid, signal)
  // listed again after the parent got the signal, because it may have started another child just before
  for (const child of new Set([...children, ...(await childrenOf(pid))])) trySignal(child, signal)
}

async function childrenOf(parent: number): Promise<number[]> {
  const pairs = process.platform === 'linux' ? await fromProc() : await fromPs()
  return pairs.filter(([, ppid]) => ppid === parent).map(([pid]) => pid)
}

type PidAndParent = readonly [pid: number, ppid: number]

async function fromProc(): Promise<PidAndParent[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0)
  return Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
      // "123 (name, of any characters) S 1 …": the parent is the second word after the name
      return [pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])] as const
    }),
  )
}

async function fromPs(): Promise<PidAndParent[]> {
  const lines = await runProgram('ps', ['-A', '-o', 'pid=,ppid='], { timeoutMs: 5_000 })
  return lines
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([pid, ppid]) => [pid ?? 0, ppid ?? 0] as const)
}
