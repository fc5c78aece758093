import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringMember } from '../../../functions/gateway/core/wire/json.ts';
import { type AwsAccess, askAws } from '../../../infra/cli/aws-access.ts';
import { type CommandResult, runCommand } from '../../../infra/cli/run-command.ts';
import { type ResourceNames, resourceNames } from '../../../infra/resource-names.ts';
import { emulatedTemplate } from './emulated-template.ts';
import { type Moto, ROOT, startMoto } from './moto.ts';

/** The environment `dev`, deployed into the emulator by the CDK's own CLI. */
export interface DeployedDev {
  readonly moto: Moto;
  readonly access: AwsAccess;
  readonly names: ResourceNames;
  /** What the CDK has said. */
  readonly said: { readonly bootstrap: string; readonly deploy: string };
  /** Types of resources that the emulator cannot make. */
  readonly leftOut: readonly string[];
  /** Deploys the same once more, and gives what the CDK says. */
  readonly deployAgain: () => Promise<string>;
  /** An operator's command on it. */
  readonly nemo: (...words: readonly string[]) => Promise<CommandResult>;
  /** A call of Secrets Manager, as `PutSecretValue`. */
  readonly secretsManager: (operation: string, input: object) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

const run = promisify(execFile);
const STACK = 'nemorouter-dev';

/** Starts the emulator, bootstraps it and deploys `dev` into it. */
export async function deployedDev(): Promise<DeployedDev> {
  const moto = await startMoto();
  const folder = await mkdtemp(join(tmpdir(), 'nemo-aws-'));
  const close = async (): Promise<void> => {
    await moto.close();
    await rm(folder, { recursive: true });
  };
  try {
    return { ...(await deploy(moto, folder)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function deploy(moto: Moto, folder: string): Promise<Omit<DeployedDev, 'close'>> {
  const access: AwsAccess = { region: moto.region, endpoint: moto.endpoint };
  const names = resourceNames('dev');
  const secretsManager = (operation: string, input: object): Promise<unknown> =>
    askAws(access, {
      service: 'secretsmanager',
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `secretsmanager.${operation}` },
      body: JSON.stringify(input),
    });
  // As the stack makes it: without a value.
  const secret = stringMember(await secretsManager('CreateSecret', { Name: names.secret }), 'ARN') ?? '';
  const cdk = async (...words: readonly string[]): Promise<string> => {
    const options = { cwd: ROOT, env: { ...process.env, ...moto.variables } };
    const { stdout, stderr } = await run(process.execPath, ['node_modules/aws-cdk/bin/cdk', ...words, '--ci'], options);
    return stdout + stderr;
  };
  await cdk('synth', '--quiet', '-c', 'env=dev', '--output', folder);
  const file = join(folder, `${STACK}.template.json`);
  const stands = new Map([
    ['AWS::SecretsManager::Secret', secret],
    // Who may call the alias may call the function, which moto has.
    ['AWS::Lambda::Alias', names.gatewayFunction],
  ]);
  const { template, leftOut } = emulatedTemplate(JSON.parse(await readFile(file, 'utf8')), stands);
  await writeFile(file, JSON.stringify(template));
  const bootstrap = await cdk('bootstrap', `aws://${moto.account}/${moto.region}`, '--app', folder);
  const deployAgain = (): Promise<string> => cdk('deploy', STACK, '--app', folder, '--require-approval', 'never');
  const said = { bootstrap, deploy: await deployAgain() };
  await makeAddress(access, names);
  const nemo = (...words: readonly string[]): Promise<CommandResult> =>
    runCommand([...words, '--env', 'dev', '--endpoint', moto.endpoint], {});
  return { moto, access, names, said, leftOut, deployAgain, nemo, secretsManager };
}

async function makeAddress(access: AwsAccess, { gatewayFunction }: ResourceNames): Promise<void> {
  const path = `/2021-10-31/functions/${gatewayFunction}/url?Qualifier=live`;
  const body = JSON.stringify({ AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' });
  const made = await askAws(access, { service: 'lambda', method: 'POST', path, body });
  assert.match(stringMember(made, 'FunctionUrl') ?? '', /^https:/);
}
