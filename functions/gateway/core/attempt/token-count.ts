import type { Dial, UpstreamCall } from '../model/dial.ts';
import type { TokenCountProtocol } from '../protocols/protocol.ts';
import { responseJson } from './response-json.ts';

/** A vendor's count of a prompt's tokens; `undefined` where it gives none, for whatever reason. Never rejects. */
export async function vendorTokenCount(
  dial: Dial,
  call: UpstreamCall,
  decode: TokenCountProtocol['decode'],
): Promise<number | undefined> {
  const response = await dial(call);
  if (response.kind === 'failed' || response.status < 200 || response.status > 299) {
    return undefined;
  }
  const body = await responseJson(response, call.signal);
  return body.kind === 'failed' ? undefined : decode(body.json);
}
