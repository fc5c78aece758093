import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { ROOT, SOURCE_ENTRIES } from './constructs/function-bundle.ts';

// Makes the npm package with the construct `NemoRouter`, ready for `npm pack` or `npm publish`: npm run build:package -- [FOLDER]

/** What is known of models: read at synthesis, so that it is no part of the code. */
const CATALOGUE = '@pydantic/genai-prices';

const [, , folder = join(ROOT, 'dist', 'package')] = process.argv;
if (folder.startsWith('-')) {
  process.stdout.write(
    'npm run build:package -- [FOLDER]: the npm package with the construct, in dist/package or FOLDER.\n',
  );
  process.exit();
}
const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

rmSync(folder, { recursive: true, force: true });
mkdirSync(join(folder, 'prebuilt'), { recursive: true });
for (const entry of ['gateway', 'web', 'probe'] as const) {
  SOURCE_ENTRIES.writeCode(entry, join(folder, 'prebuilt', entry));
}
writeFileSync(join(folder, 'prebuilt', 'page.html'), SOURCE_ENTRIES.page());
buildSync({
  entryPoints: [join(ROOT, 'infra', 'nemo-router.ts')],
  outfile: join(folder, 'index.js'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs', 'zod', CATALOGUE],
  logLevel: 'error',
});
execFileSync(
  process.execPath,
  [
    join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'),
    ...['--project', join(ROOT, 'infra', 'package.tsconfig.json')],
    ...['--declarationDir', join(folder, 'types')],
  ],
  { stdio: 'inherit' },
);
copyFileSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
copyFileSync(join(ROOT, 'infra', 'CONSTRUCT.md'), join(folder, 'README.md'));
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);

/** What the package says of itself. The CDK is the caller's own: two copies of it do not know each other's constructs. */
function manifest(): object {
  const { version, license, dependencies, devDependencies } = own;
  return {
    name: 'nemorouter',
    version,
    description: 'An LLM gateway in your own AWS account, as a construct for the AWS CDK.',
    license,
    type: 'module',
    engines: { node: '>=20' },
    exports: { '.': { types: './types/infra/nemo-router.d.ts', default: './index.js' } },
    files: ['index.js', 'prebuilt', 'types'],
    dependencies: { zod: dependencies.zod, [CATALOGUE]: devDependencies[CATALOGUE] },
    peerDependencies: { 'aws-cdk-lib': `^${devDependencies['aws-cdk-lib']}`, constructs: '^10.0.0' },
  };
}
