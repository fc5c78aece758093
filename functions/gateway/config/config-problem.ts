/** One thing that is wrong in a configuration file. */
export interface ConfigProblem {
  /** Where, as `deployments["openai/gpt-5.5"].inputPrice`. */
  readonly path: string;
  /** What is wrong and what was given there. Follows the path in a sentence. */
  readonly message: string;
  /** JSON that would be valid there. */
  readonly example: string;
}

/** One line for people: the path, what is wrong and an example. */
export function problemLine(problem: ConfigProblem): string {
  return `${problem.path} ${problem.message}. Example: ${problem.example}`;
}

/** A path into a JSON file in JavaScript's notation. */
export function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((key) => {
    if (typeof key === 'number') {
      return `[${key}]`;
    }
    return /^[A-Za-z_$][\w$]*$/.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(String(key))}]`;
  });
  return text.length === 0 ? 'The file' : text.join('').replace(/^\./, '');
}
