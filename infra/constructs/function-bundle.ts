import { fileURLToPath } from 'node:url';
import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

/** The project's folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Packages in the CommonJS form call `require`, which a module does not have. */
const REQUIRE = "import{createRequire as nemoRequire}from'node:module';const require=nemoRequire(import.meta.url);";

/** What a function's code asks for and never uses: only loaded inside of functions, in cases that do not occur. */
const NEVER_LOADED = [
  // undici's parser without SIMD, for riscv64.
  '*/llhttp/llhttp-wasm.js',
  // The SDK's event streams, which DynamoDB does not have.
  '@smithy/core/event-streams',
];

/** What else a function has beside its code. */
export interface BundleExtras {
  /** Whether the live page is there, as `page.html`. @default false */
  readonly page?: boolean;
}

/** How a function is bundled: one small ES module with `config.json`, the environment's checked configuration, beside it. */
export function functionBundle(configPath: string, { page = false }: BundleExtras = {}): BundlingOptions {
  const script = (name: string): string => `"${process.execPath}" "${ROOT}infra/${name}"`;
  return {
    format: OutputFormat.ESM,
    target: 'node24',
    minify: true,
    mainFields: ['module', 'main'],
    banner: REQUIRE,
    // This list takes the place of the CDK's own, which is the SDK: the runtime's is larger, slower to load and of another version.
    externalModules: NEVER_LOADED,
    // Node's own build of undici sets this too: it leaves out an experimental parser.
    define: { esbuildDetection: 'true' },
    esbuildArgs: {
      '--alias:@aws-sdk/credential-provider-node': `${ROOT}functions/gateway/adapters/environment-credentials.ts`,
    },
    commandHooks: {
      beforeBundling: () => [],
      beforeInstall: () => [],
      afterBundling: (_from: string, to: string) => [
        `${script('bundle-config.ts')} "${configPath}" "${to}/config.json"`,
        ...(page ? [`${script('bundle-page.ts')} "${to}/page.html"`] : []),
      ],
    },
  };
}
