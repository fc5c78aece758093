import { setFlagsFromString } from 'node:v8';

/** V8's own figure is 13 million, which the parser of HTTP has used up in two calls. */
const BUDGET = 1_300_000_000;

/**
 * Has V8 optimise WebAssembly after hundreds of calls in place of two. It takes 45 ms of the processor for undici's parser of HTTP, beside
 * the first call of each instance, which has less than a third of a processor at 512 MB: at that share it waited for 150 ms. The parser is a
 * small part of a call's work, and no call is measurably slower without. Takes effect on what is loaded afterwards.
 */
export function tierUpLate(): void {
  setFlagsFromString(`--wasm-tiering-budget=${BUDGET}`);
}
