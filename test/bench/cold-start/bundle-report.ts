import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PARSER_FILE } from '../../../infra/constructs/bundled-undici.ts';
import { bundleOf, ownerOf, writeBundle } from '../../support/bundle-of.ts';
import { startedBundle } from '../../support/started-bundle.ts';

/** What one package weighs in the bundle, and what of the start it takes. What is not in the bundle (Node's own modules, compiling) has no bytes. */
export interface PackageShare {
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds of the processor, by a sampling profile (which itself slows things). */
  readonly cpuMs: number;
}

/** The code of the gateway's function. Bytes are those of its modules, the parser's file left out. */
export interface BundleReport {
  readonly shares: readonly PackageShare[];
  /** Of the modules that a start loads before it begins its first reads. */
  readonly bytesBeforeReads: number;
  /** Of all modules that a start loads. */
  readonly bytesLoaded: number;
  /** Of all modules that there are. */
  readonly bytesOnDisk: number;
  readonly parserBytes: number;
}

/** Bundles the gateway's function into `taskRoot`, where its configuration is, and profiles its start with these variables. */
export async function bundleReport(
  taskRoot: string,
  variables: Readonly<Record<string, string>>,
): Promise<BundleReport> {
  const bundle = await bundleOf('gateway');
  await writeBundle(bundle, taskRoot);
  const maps = new Map([...bundle.sourceMaps].map(([name, map]) => [name, new SourceMap(JSON.parse(map))]));
  const cpu = await profile(join(taskRoot, 'index.mjs'), maps, variables);
  const bytesOf = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (bundle.files.get(name)?.byteLength ?? 0), 0);
  const { modules } = startedBundle(taskRoot, variables);
  const afterReads = modules.findIndex((name) => name.startsWith('prepared-gateway'));
  return {
    shares: [...new Set([...bundle.bytes.keys(), ...cpu.keys()])]
      .map((name) => ({ name, bytes: bundle.bytes.get(name) ?? 0, cpuMs: cpu.get(name) ?? 0 }))
      .sort((a, b) => b.bytes - a.bytes || b.cpuMs - a.cpuMs),
    bytesBeforeReads: bytesOf(modules.slice(0, afterReads)),
    bytesLoaded: bytesOf(modules),
    bytesOnDisk: bytesOf([...bundle.sourceMaps.keys()]),
    parserBytes: bundle.files.get(PARSER_FILE)?.byteLength ?? 0,
  };
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

/** Loads a function as Lambda's runtime does, and ends. JavaScript: Node's compiler of TypeScript would stand in the profile. */
const LOAD = `
globalThis.awslambda = { streamifyResponse: (handler) => handler, HttpResponseStream: {} };
await import(process.argv[1]);
process.exit(0);
`;

async function profile(
  file: string,
  maps: ReadonlyMap<string, SourceMap>,
  variables: Readonly<Record<string, string>>,
): Promise<Map<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'nemo-profile-'));
  const flags = ['--cpu-prof', `--cpu-prof-interval=${SAMPLING_US}`, `--cpu-prof-dir=${folder}`];
  const load = ['--input-type=module', '--eval', LOAD, pathToFileURL(file).href];
  await once(spawn(process.execPath, [...flags, ...load], { env: variables, stdio: 'inherit' }), 'exit');
  const [name = ''] = await readdir(folder);
  const recorded: CpuProfile = JSON.parse(await readFile(join(folder, name), 'utf8'));
  await rm(folder, { recursive: true });
  const owners = new Map(recorded.nodes.map(({ id, callFrame }) => [id, frameOwner(callFrame, maps)]));
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

function frameOwner(
  { functionName, url, lineNumber, columnNumber }: CallFrame,
  maps: ReadonlyMap<string, SourceMap>,
): string {
  const map = maps.get(basename(url));
  if (map !== undefined) {
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
