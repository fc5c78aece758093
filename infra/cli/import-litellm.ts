import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { problemLine } from '../../functions/gateway/config/config-problem.ts';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import { isJsonObject, type JsonObject } from '../../functions/gateway/core/wire/json.ts';
import { type ImportedConfig, importLiteLlm } from '../import-litellm/import-litellm.ts';
import type { Note } from '../import-litellm/notes.ts';
import { type Command, optionText, UsageError } from './command.ts';

const DEFAULT_OUT = 'nemorouter.json';

/** Makes a configuration of a LiteLLM proxy's. */
export const importLiteLlmFile: Command = {
  works: 'on-files',
  summary: "make a configuration of LiteLLM's config.yaml, and say what it could not take over",
  operands: ['FILE'],
  options: {
    out: { value: 'FILE', help: `where to write it; without it: ${DEFAULT_OUT}. An existing file is not replaced` },
  },
  run: async ({ operands: [file = ''], options }) => {
    const out = optionText(options, 'out') ?? DEFAULT_OUT;
    const { value: config, notes } = importLiteLlm(foreignFile(file));
    if (Object.keys(config.deployments).length === 0) {
      throw new UsageError(`${file} has no model that can be served here.\n${noteLines(notes).join('\n')}`);
    }
    write(out, config);
    const problems = problemsOf(config);
    return {
      text: report({ out, config, notes, problems }),
      json: { out, config, notes, problems },
      isBad: problems.length > 0,
    };
  },
};

function foreignFile(file: string): JsonObject {
  const content = yamlOf(file);
  if (!isJsonObject(content) || !Array.isArray(content.model_list)) {
    throw new UsageError(`${file} is no configuration of LiteLLM's proxy: it has no list "model_list".`);
  }
  return content;
}

function yamlOf(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function write(out: string, config: ImportedConfig): void {
  if (existsSync(out)) {
    throw new UsageError(`${out} exists: name another file, as in --out imported.json`);
  }
  writeFileSync(out, `${JSON.stringify(config, null, 2)}\n`);
}

function problemsOf(config: ImportedConfig): readonly string[] {
  const parsed = parseConfig(config);
  return parsed.kind === 'invalid' ? parsed.problems.map(problemLine) : [];
}

interface Imported {
  readonly out: string;
  readonly config: ImportedConfig;
  readonly notes: readonly Note[];
  readonly problems: readonly string[];
}

function report({ out, config, notes, problems }: Imported): string {
  const count = (what: object, word: string): string => {
    const { length } = Object.keys(what);
    return `${length} ${word}${length === 1 ? '' : 's'}`;
  };
  const counts = [
    count(config.providers, 'provider'),
    count(config.deployments, 'deployment'),
    count(config.routes, 'route'),
  ];
  const lines = [`Wrote ${out}: ${counts.join(', ')}.`, ''];
  if (notes.length > 0) {
    lines.push('Not taken over, or done otherwise:', ...noteLines(notes), '');
  }
  if (problems.length > 0) {
    lines.push('Mend these before it can be used:', ...problems.map((problem) => `  ${problem}`), '');
  }
  lines.push(
    `Try it: npm start -- --config ${out}`,
    'Deploy it: move it to infra/environments/NAME.json, then npx cdk deploy -c env=NAME',
  );
  return lines.join('\n');
}

function noteLines(notes: readonly Note[]): readonly string[] {
  return notes.map(({ path, text }) => `  ${path} ${text}`);
}
