import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** The processor time that a process's threads have taken, those that have ended left out. Source: the Linux kernel's sched-stats.rst. */
export function cpuMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const ns = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  return ns.reduce((sum, each) => sum + Number(each) / 1e6, 0);
}

/** The most memory that a process has had resident since its start or the last reset. */
export function peakMb(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

/** Lets the peak begin again at what is resident now. Source: proc(5), /proc/pid/clear_refs. */
export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
