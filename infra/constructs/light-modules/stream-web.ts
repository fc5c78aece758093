/** Middy's question whether a body is a stream of the web's, which loads those streams when it is first asked: none of ours is one. */
export const ReadableStream = {
  [Symbol.hasInstance]: (body: unknown): boolean => body instanceof globalThis.ReadableStream,
};
