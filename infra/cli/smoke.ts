import { type Command, type CommandInput, optionText, type PlaceOf, UsageError } from './command.ts';
import { deployedOrigin } from './deployed-origin.ts';
import { type SmokeCheck, smokeChecks } from './smoke-checks.ts';
import type { Target } from './target.ts';
import { textTable } from './text-table.ts';

/** Asks a gateway a few real questions: does it answer, stream, refuse strangers and report itself? Costs two short calls. */
export const smoke: Command = {
  works: 'anywhere',
  summary:
    'ask a gateway a few real questions, at its URL or by --env: two short calls; exit code 1 where one check fails',
  operands: ['[URL]'],
  options: {
    key: { value: 'KEY', help: 'a key of the gateway; without it: NEMO_KEY, which no history of the shell keeps' },
    model: { value: 'NAME', help: 'what to ask for; without it: the first route that the gateway lists' },
  },
  run: async (input) => {
    const key = optionText(input.options, 'key') ?? (input.variables.NEMO_KEY || undefined);
    if (key === undefined) {
      throw new UsageError('Give a key of the gateway: --key KEY or NEMO_KEY. keys create makes one.');
    }
    const origin = await originOf(input);
    const checks = await smokeChecks({ origin, key, model: optionText(input.options, 'model') });
    return { text: textOf(origin, checks), json: { url: origin, checks }, isBad: checks.some(({ isGood }) => !isGood) };
  },
};

async function originOf({ operands, options, target }: CommandInput & PlaceOf<Target>): Promise<string> {
  const [url] = operands;
  if (url === undefined) {
    const found = await target();
    return found.kind === 'local' ? found.origin : deployedOrigin(found);
  }
  const placing = ['env', 'local', 'region', 'endpoint'].find((name) => options[name] !== undefined);
  if (placing !== undefined) {
    throw new UsageError(`Give a URL, or --env NAME, or --local URL; not two of them. --${placing} goes with no URL.`);
  }
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new UsageError(
      `The URL must be one as https://abc.lambda-url.us-east-1.on.aws/v1; it is ${JSON.stringify(url)}.`,
    );
  }
  // With /v1, as clients have it, or without.
  return url
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .replace(/\/v1$/, '');
}

function textOf(origin: string, checks: readonly SmokeCheck[]): string {
  const rows = checks.map(({ name, isGood, ms, detail }) => [
    isGood ? 'ok' : 'FAILED',
    name,
    ms === undefined ? '-' : String(Math.round(ms)),
    detail,
  ]);
  const failed = checks.filter(({ isGood }) => !isGood).length;
  const verdict =
    failed === 0 ? `All ${checks.length} checks are good.` : `${failed} of ${checks.length} checks failed.`;
  return [origin, '', textTable([['', 'CHECK', 'MS', 'SEEN'], ...rows]), '', verdict].join('\n');
}
