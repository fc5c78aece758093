import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, type AssetOptions } from 'aws-cdk-lib';
import { Code, Runtime } from 'aws-cdk-lib/aws-lambda';
import { checkedConfigJson } from '../../functions/gateway/config/checked-config.ts';
import type { GatewayConfig } from '../../functions/gateway/core/model/gateway-config.ts';
import type { FunctionEntries, FunctionEntry } from './function-entries.ts';

/** The module that Lambda starts. */
export const MODULE = 'index.mjs';

/** What a function is made of. */
export interface FunctionCodeProps {
  readonly entries: FunctionEntries;
  readonly entry: FunctionEntry;
  /** Stands checked beside the code, as `config.json`. */
  readonly config: GatewayConfig;
}

/** A function's code: small ES modules with `config.json` beside them and, for a gateway, the live page as `page.html`. */
export function functionCode(props: FunctionCodeProps): Code {
  return Code.fromAsset(props.entries.folder, functionAsset(props));
}

/** The same for a Web Function, which takes a folder and how to fill it. */
export function functionAsset({ entries, entry, config }: FunctionCodeProps): AssetOptions {
  const configText = checkedConfigJson(config);
  return {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never pulled: the local bundling below cannot decline.
      image: Runtime.NODEJS_24_X.bundlingImage,
      // Never run, but compared: the CDK takes two assets of one folder for the same unless these differ.
      command: [entry, createHash('sha256').update(configText).digest('hex')],
      local: {
        tryBundle: (folder) => {
          entries.writeCode(entry, folder);
          writeFileSync(join(folder, 'config.json'), configText);
          if (entry !== 'probe') {
            writeFileSync(join(folder, 'page.html'), entries.page());
          }
          return true;
        },
      },
    },
  };
}
