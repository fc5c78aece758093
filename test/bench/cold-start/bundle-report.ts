import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleOf, ownerOf } from '../../support/bundle-of.ts';

/** What one package weighs in the bundle, and what of the start it takes. What is not in the bundle (Node's own modules, compiling) has no bytes. */
export interface PackageShare {
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds of the processor, by a sampling profile (which itself slows things). */
  readonly cpuMs: number;
}

/** Bundles `entry` into `taskRoot`, where its configuration is, and profiles its start with these variables. */
export async function bundleReport(
  entry: string,
  taskRoot: string,
  variables: NodeJS.ProcessEnv,
): Promise<readonly PackageShare[]> {
  const file = join(taskRoot, 'index.mjs');
  const { code, sourceMap, bytes } = await bundleOf(entry);
  await writeFile(file, code);
  const cpu = await profile(file, new SourceMap(JSON.parse(sourceMap)), variables);
  return [...new Set([...bytes.keys(), ...cpu.keys()])]
    .map((name) => ({ name, bytes: bytes.get(name) ?? 0, cpuMs: cpu.get(name) ?? 0 }))
    .sort((a, b) => b.bytes - a.bytes || b.cpuMs - a.cpuMs);
}

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  /** Microseconds. */
  readonly timeDeltas: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** Microseconds between two samples. */
const SAMPLING_US = 200;

async function profile(file: string, map: SourceMap, variables: NodeJS.ProcessEnv): Promise<Map<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'nemo-profile-'));
  const loader = fileURLToPath(new URL('load-bundle.ts', import.meta.url));
  const flags = ['--cpu-prof', `--cpu-prof-interval=${SAMPLING_US}`, `--cpu-prof-dir=${folder}`];
  await once(spawn(process.execPath, [...flags, loader, file], { env: variables, stdio: 'inherit' }), 'exit');
  const [name = ''] = await readdir(folder);
  const recorded: CpuProfile = JSON.parse(await readFile(join(folder, name), 'utf8'));
  await rm(folder, { recursive: true });
  const owners = new Map(recorded.nodes.map(({ id, callFrame }) => [id, frameOwner(callFrame, map)]));
  const cpu = new Map<string, number>();
  for (const [index, sample] of recorded.samples.entries()) {
    const owner = owners.get(sample) ?? IDLE;
    cpu.set(owner, (cpu.get(owner) ?? 0) + (recorded.timeDeltas[index] ?? 0) / 1000);
  }
  cpu.delete(IDLE);
  return cpu;
}

/** Where nothing runs. */
const IDLE = '(idle)';

function frameOwner({ functionName, url, lineNumber, columnNumber }: CallFrame, map: SourceMap): string {
  if (url.endsWith('/index.mjs')) {
    const entry = map.findEntry(lineNumber, columnNumber);
    return 'originalSource' in entry ? ownerOf(entry.originalSource) : 'the bundle';
  }
  if (functionName === IDLE) {
    return IDLE;
  }
  if (functionName === 'compileSourceTextModule') {
    return '(compiling the bundle)';
  }
  return url.startsWith('node:') ? "(Node's own modules)" : '(the process)';
}
