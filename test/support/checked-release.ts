import assert from 'node:assert/strict';
import { Script } from 'node:vm';
import { member, stringMember } from '../../functions/gateway/core/wire/json.ts';
import { shipped, templateOf } from '../infra/synthesised.ts';

/** What Lambda streams back of a call to the new version. */
export type ReleaseAnswer = (payload: string) => AsyncGenerator<object>;

/** What the hook has asked of Lambda, and told CodeDeploy. */
export interface CheckedRelease {
  readonly asked: { readonly FunctionName?: string; readonly Payload?: string };
  readonly reported: readonly unknown[];
}

/** Runs the code of CodeDeploy's hook, as the template carries it, over stand-ins of the two clients that it asks for. */
export async function checkedRelease(answer: ReleaseAnswer): Promise<CheckedRelease> {
  let asked: CheckedRelease['asked'] = {};
  const reported: unknown[] = [];
  const lambda = {
    InvokeWithResponseStreamCommand: commandOf(),
    LambdaClient: clientOf(async (input: CheckedRelease['asked']) => {
      asked = input;
      return { EventStream: answer(input.Payload ?? '') };
    }),
  };
  const codeDeploy = {
    PutLifecycleEventHookExecutionStatusCommand: commandOf(),
    CodeDeployClient: clientOf(async (input: object) => void reported.push(input)),
  };
  const modules: Readonly<Record<string, object>> = {
    '@aws-sdk/client-lambda': lambda,
    '@aws-sdk/client-codedeploy': codeDeploy,
  };
  const exports: { handler?: (event: object) => Promise<void> } = {};
  const globals = { process: { env: { RELEASE: 'arn:of:the:version' } }, console: { error: () => undefined } };
  new Script(deployedCode()).runInNewContext({
    exports,
    require: (name: string) => modules[name],
    Buffer,
    ...globals,
  });
  assert.ok(exports.handler !== undefined);
  await exports.handler({ DeploymentId: 'd-1', LifecycleEventHookExecutionId: 'hook-1' });
  return { asked, reported: JSON.parse(JSON.stringify(reported)) };
}

function deployedCode(): string {
  const functions = Object.values(templateOf(shipped('prod')).findResources('AWS::Lambda::Function'));
  const inline = functions.flatMap(({ Properties }) => stringMember(member(Properties, 'Code'), 'ZipFile') ?? []);
  assert.equal(inline.length, 1);
  return inline[0] ?? '';
}

/** A command carries its input, as the SDK's do. */
function commandOf() {
  return class {
    readonly input: object;
    constructor(input: object) {
      this.input = input;
    }
  };
}

function clientOf<I>(send: (input: I) => Promise<unknown>) {
  return class {
    send({ input }: { readonly input: I }): Promise<unknown> {
      return send(input);
    }
  };
}
