import { STACK_FILES } from './in-one-process.ts';

for (const file of STACK_FILES) {
  await import(`./${file}`);
}
