import { writeFunction } from './function-bundle.ts';
import type { FunctionEntry } from './function-entries.ts';

// Writes a function's code into a folder: node write-function.ts FUNCTION FOLDER

const [, , entry = '', folder = ''] = process.argv;
await writeFunction(entry as FunctionEntry, folder);
