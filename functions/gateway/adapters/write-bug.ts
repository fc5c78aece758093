/** Tells of a bug on standard error, with its stack, which holds neither prompts nor keys. */
export function writeBug(bug: unknown): void {
  process.stderr.write(`${bug instanceof Error ? bug.stack : String(bug)}\n`);
}
