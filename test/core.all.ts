import { CORE_FILES } from './in-one-process.ts';

for (const file of CORE_FILES) {
  await import(`./${file}`);
}
