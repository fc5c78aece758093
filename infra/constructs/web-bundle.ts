import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType } from 'aws-cdk-lib';
import type { WebFunctionProvidedBucketAssetOptions } from 'aws-cdk-lib/aws-lambda';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import { checkedConfigJson } from '../../functions/gateway/config/checked-config.ts';
import type { GatewayConfig } from '../../functions/gateway/core/model/gateway-config.ts';
import { assemblePage } from '../../functions/gateway/page/assemble-page.ts';
import { functionBundle, ROOT } from './function-bundle.ts';

/** The folder that the bundle's entry stands in. */
export const WEB_SOURCE = `${ROOT}functions/gateway`;

/** The module that Lambda starts. */
export const WEB_ENTRY = 'index.mjs';

/** How a Web Function is bundled: as an Event Function (`functionBundle`), from another entry, since the CDK bundles only the latter itself. */
export function webBundle(config: GatewayConfig): WebFunctionProvidedBucketAssetOptions {
  return {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never pulled: the local bundling below cannot decline.
      image: Runtime.NODEJS_24_X.bundlingImage,
      local: {
        tryBundle: (folder) => {
          bundleEntry(join(folder, WEB_ENTRY));
          writeFileSync(join(folder, 'config.json'), checkedConfigJson(config));
          writeFileSync(join(folder, 'page.html'), assemblePage());
          return true;
        },
      },
    },
  };
}

function bundleEntry(outfile: string): void {
  const { minify, target, mainFields, banner, externalModules, define, esbuildArgs } = functionBundle('');
  const aliases = Object.entries(esbuildArgs ?? {}).map(([flag, to]) => [flag.replace('--alias:', ''), String(to)]);
  buildSync({
    entryPoints: [`${WEB_SOURCE}/web.ts`],
    absWorkingDir: ROOT,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    minify: minify ?? false,
    target: target ?? 'node24',
    mainFields: mainFields ?? [],
    banner: { js: banner ?? '' },
    external: externalModules ?? [],
    define: define ?? {},
    alias: Object.fromEntries(aliases),
  });
}
