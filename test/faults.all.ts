import { runGroup } from './in-one-process.ts';

await runGroup('faults');
