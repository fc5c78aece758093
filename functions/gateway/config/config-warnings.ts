import { BlockList, isIP } from 'node:net';
import type { GatewayConfig } from '../core/model/gateway-config.ts';
import { type ConfigProblem, pathText } from './config-problem.ts';
import { unknownModels } from './unknown-models.ts';

/** What is allowed in a configuration and seldom meant: told when the stack is synthesised and when the gateway starts. */
export function configWarnings(config: Pick<GatewayConfig, 'providers' | 'deployments'>): readonly ConfigProblem[] {
  return [...providerWarnings(config), ...unknownModels(config)];
}

function providerWarnings({ providers }: Pick<GatewayConfig, 'providers'>): readonly ConfigProblem[] {
  return Object.entries(providers).flatMap(([name, { baseUrl, headers = {}, entra }]) => [
    ...(baseUrl === undefined ? [] : addressWarnings(['providers', name, 'baseUrl'], new URL(baseUrl))),
    ...(entra?.authority === undefined
      ? []
      : addressWarnings(['providers', name, 'entra', 'authority'], new URL(entra.authority))),
    ...Object.keys(headers)
      .filter((header) => SECRET_NAME.test(header))
      .map((header) => ({
        path: pathText(['providers', name, 'headers', header]),
        message: 'has a name that carries secrets, and this file is no place for one: put a credential in `apiKey`',
        example: '"apiKey": "OPENAI_API_KEY"',
      })),
  ]);
}

const SECRET_NAME = /token|secret|passw|credential|cookie|auth|(?:^|-)(?:api-?)?key(?:$|-)/i;

function addressWarnings(at: readonly string[], url: URL): readonly ConfigProblem[] {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const path = pathText(at);
  const example = '"baseUrl": "https://llm.example.com/v1"';
  if (isIn(LINK_LOCAL, host)) {
    const message = `is a link-local address, where clouds tell programs their credentials (169.254.169.254); got ${host}`;
    return [{ path, message, example }];
  }
  if (url.protocol === 'http:' && !isNear(host)) {
    const message = `sends prompts and the credential unencrypted through networks that are not yours: use https; got http://${host}`;
    return [{ path, message, example }];
  }
  return [];
}

/** This machine or a private network, as far as the address tells. A name without a dot is one of the local network's. */
function isNear(host: string): boolean {
  return isIP(host) === 0 ? !host.includes('.') || LOCAL_NAME.test(host) : isIn(PRIVATE, host);
}

/** RFC 6761, RFC 6762, RFC 8375, and what AWS and ICANN keep for private use. */
const LOCAL_NAME = /\.(?:localhost|local|internal|lan|home\.arpa)$/i;

function isIn(list: BlockList, host: string): boolean {
  const version = isIP(host);
  return version !== 0 && list.check(host, version === 6 ? 'ipv6' : 'ipv4');
}

const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16);
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');

/** RFC 1122, 1918, 4193, 6598. */
const PRIVATE = new BlockList();
PRIVATE.addSubnet('127.0.0.0', 8);
PRIVATE.addSubnet('10.0.0.0', 8);
PRIVATE.addSubnet('172.16.0.0', 12);
PRIVATE.addSubnet('192.168.0.0', 16);
PRIVATE.addSubnet('100.64.0.0', 10);
PRIVATE.addAddress('::1', 'ipv6');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
