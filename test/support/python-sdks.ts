import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../.ci/python-sdks', import.meta.url));

/** Where Python has the SDKs of OpenAI and Anthropic, or why tests with them are skipped. The first call on a machine installs them. */
export function pythonWithSdks(): { readonly path: string; readonly missing: string | false } {
  const { status, stdout, stderr } = spawnSync(SCRIPT, { encoding: 'utf8' });
  return status === 0 ? { path: stdout.trim(), missing: false } : { path: '', missing: stderr.trim() };
}
