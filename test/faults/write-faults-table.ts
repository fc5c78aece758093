import { writeFileSync } from 'node:fs';
import { faultsMarkdown } from './faults-markdown.ts';

writeFileSync(new URL('./faults.md', import.meta.url), faultsMarkdown());
