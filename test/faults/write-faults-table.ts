import { writeFileSync } from 'node:fs';
import { faultsPage } from './faults-page.ts';

/** Writes `faults.md`. */
writeFileSync(new URL('./faults.md', import.meta.url), faultsPage());
