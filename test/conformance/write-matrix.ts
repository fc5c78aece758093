/** `npm run conformance`: writes the matrix and the table of fields, and prints the matrix. The tests hold both to the code. */
import { writeFileSync } from 'node:fs';
import { FIELDS_FILE, fieldsMarkdown } from './fields.ts';
import { matrixMarkdown } from './matrix.ts';

writeFileSync(new URL('matrix.md', import.meta.url), matrixMarkdown());
writeFileSync(FIELDS_FILE, fieldsMarkdown());
process.stdout.write(matrixMarkdown());
