import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);

/** Every page for people, by its path from the root. */
export const PAGES: readonly string[] = [
  'README.md',
  'CHANGELOG.md',
  '.github/CONTRIBUTING.md',
  '.github/SECURITY.md',
  'functions/ARCHITECTURE.md',
  'functions/CALLING.md',
  'functions/gateway/core/metrics/LOG-FIELDS.md',
  'functions/gateway/core/protocols/FIELDS.md',
  'functions/gateway/core/status/STATUS.md',
  'infra/CONFIGURING.md',
  'infra/CONSTRUCT.md',
  'infra/COSTS.md',
  'infra/DEPLOYING.md',
  'infra/OPERATING.md',
  'infra/RUNBOOK.md',
  'infra/TROUBLESHOOTING.md',
  'infra/moving/LITELLM.md',
  'infra/moving/OPENROUTER.md',
  'infra/moving/PORTKEY.md',
  'test/README.md',
  'test/bench/RESULTS.md',
  'test/conformance/matrix.md',
  'test/faults/faults.md',
];

export function pageText(page: string): string {
  return readFileSync(new URL(page, ROOT), 'utf8');
}

/** Where a path of the tree is on this machine. */
export function treePath(path: string): string {
  return fileURLToPath(new URL(path, ROOT));
}
