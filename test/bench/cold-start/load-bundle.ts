// Loads a bundled function as Lambda's runtime does, and ends: `node load-bundle.ts FILE`. To be profiled.
const runtime = { streamifyResponse: (handler: unknown) => handler, HttpResponseStream: {} };
Object.assign(globalThis, { awslambda: runtime });
await import(String(process.argv[2]));
process.exit(0);
