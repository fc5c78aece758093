/** The two tools of every client's loop, and what they need to be called. */
export const NOTE_TOOLS = {
  read_note: { description: 'Reads a file.', run: () => 'The password is swordfish.' },
  count_lines: { description: 'Counts the lines of a file.', run: () => '1' },
} as const;

export type NoteToolName = keyof typeof NOTE_TOOLS;

/** JSON Schema of the arguments of both. */
export const PATH_SCHEMA = {
  type: 'object' as const,
  properties: { path: { type: 'string' } },
  required: ['path'],
  additionalProperties: false as const,
};

/** One loop of a client: what it asks, and how its tools are run. */
export interface NoteLoop {
  readonly prompt: string;
  /** None, where nothing but an answer is asked for. */
  readonly tools: readonly NoteToolName[];
  readonly stream: boolean;
  /** Runs a tool and notes that it was run. */
  readonly run: (name: string) => string;
}

/** Asks until the model calls no more tools. `ask` takes the conversation and gives what was said, and the conversation with it and the tools' results. */
export async function rounds<Item>(
  ask: (said: readonly Item[]) => Promise<{ readonly text: string; readonly next: readonly Item[] | undefined }>,
  first: readonly Item[],
): Promise<string> {
  let said: readonly Item[] | undefined = first;
  let text = '';
  while (said !== undefined) {
    ({ text, next: said } = await ask(said));
  }
  return text;
}
