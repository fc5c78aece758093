import { writeFileSync } from 'node:fs';
import { faultsInShort } from './faults-in-short.ts';
import { faultsMarkdown } from './faults-markdown.ts';

/** Writes `faults.md`, and prints the short table that stands in the README. */
writeFileSync(new URL('./faults.md', import.meta.url), faultsMarkdown());
process.stdout.write(faultsInShort());
