import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';

/** As Lambda does it: so much time in each period, and then nothing until the next. Its own period is as short. */
const PERIOD_US = 20_000;

/**
 * Gives a process `share` of one processor (1: all of one) through a control group of its own. Needs Linux and its administrator's rights;
 * gives `undefined` where it cannot be done. What is given undoes it, once the process has ended.
 */
export function limitCpu(pid: number, share: number): (() => void) | undefined {
  const quotaUs = Math.round(PERIOD_US * share);
  return (
    limitedBy(pid, '/sys/fs/cgroup/cpu', { 'cpu.cfs_period_us': `${PERIOD_US}`, 'cpu.cfs_quota_us': `${quotaUs}` }) ??
    limitedBy(pid, '/sys/fs/cgroup', { 'cpu.max': `${quotaUs} ${PERIOD_US}` })
  );
}

function limitedBy(pid: number, root: string, settings: Readonly<Record<string, string>>): (() => void) | undefined {
  const group = `${root}/nemo-bench-${pid}`;
  try {
    mkdirSync(group);
  } catch {
    return undefined;
  }
  try {
    for (const [file, value] of Object.entries({ ...settings, 'cgroup.procs': String(pid) })) {
      writeFileSync(`${group}/${file}`, value);
    }
    return () => rmdirSync(group);
  } catch {
    rmdirSync(group);
    return undefined;
  }
}
