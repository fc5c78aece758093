import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

const FOLDER = new URL('../../.github/workflows/', import.meta.url);

export interface WorkflowStep {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly run?: string;
  readonly env?: Readonly<Record<string, unknown>>;
}

export interface WorkflowJob {
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly environment?: string;
  readonly 'runs-on'?: string;
  readonly 'timeout-minutes'?: number;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly secrets?: unknown;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly steps?: readonly WorkflowStep[];
}

/** As far as this repository's go. */
export interface Workflow {
  readonly name: string;
  readonly on: Readonly<
    Record<string, { readonly inputs?: Readonly<Record<string, { readonly required?: boolean }>> } | null>
  >;
  readonly permissions: Readonly<Record<string, string>>;
  readonly defaults?: { readonly run?: { readonly shell?: string } };
  readonly jobs: Readonly<Record<string, WorkflowJob>>;
}

/** The workflows of GitHub, by file name. */
export const WORKFLOWS: ReadonlyMap<string, Workflow> = new Map(
  readdirSync(FOLDER).map((name) => [name, parse(readFileSync(new URL(name, FOLDER), 'utf8'))]),
);

export function jobOf(file: string, name: string): WorkflowJob {
  const job = WORKFLOWS.get(file)?.jobs[name];
  assert.ok(job !== undefined, `${file}: ${name}`);
  return job;
}

/** The script of the step with this name. */
export function stepOf(job: WorkflowJob, name: string): string {
  const script = job.steps?.find((step) => step.name === name)?.run;
  assert.ok(script !== undefined, name);
  return script;
}
