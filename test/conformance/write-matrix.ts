/** `npm run conformance`: writes the matrix of features and APIs and the table of fields, and prints the matrix. The tests hold both to the code. */
import { writeFileSync } from 'node:fs';
import { FIELDS_FILE, fieldsMarkdown } from './fields.ts';
import { matrixMarkdown } from './matrix.ts';
import { surfaceMatrixMarkdown } from './surface-matrix.ts';

const matrix = `${matrixMarkdown()}\n${surfaceMatrixMarkdown()}`;
writeFileSync(new URL('matrix.md', import.meta.url), matrix);
writeFileSync(FIELDS_FILE, fieldsMarkdown());
process.stdout.write(matrix);
